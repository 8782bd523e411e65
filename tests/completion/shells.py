"""Shells on terminals of their own, into which tests type."""

import os
import pty
import select
import signal
import time

DEADLINE_SECONDS = 30
PROMPT = "READY>"

# How each is started without its user's settings, and what it is told before a test types.
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
SETTINGS = {
    "bash": [
        "bind 'set enable-bracketed-paste off'",
        "bind 'set show-all-if-ambiguous on'",
        "source <(lrsweep completion bash)",
    ],
    "zsh": [
        "unsetopt zle_bracketed_paste prompt_sp; unset zle_bracketed_paste",
        "autoload -Uz compinit && compinit -u -D",
        "source <(lrsweep completion zsh)",
    ],
    "fish": ["set fish_greeting ''", "lrsweep completion fish | source"],
}
SET_PROMPT = {
    "bash": "PS1='REA''DY> '",
    "zsh": "PS1='REA''DY> '",
    "fish": "function fish_prompt; echo 'REA''DY> '; end",
}


class Shell:
    """An interactive shell in a folder; all that it shows is in `shown`."""

    def __init__(self, name, folder, environment):
        self.shown = ""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(START[name][0], START[name], environment)
        for line in [*SETTINGS[name], SET_PROMPT[name]]:
            self.type(line + "\r")
        self.wait_for(PROMPT)

    def type(self, text):
        os.write(self._terminal, text.encode())

    def wait_until(self, holds, what):
        """Reads what the shell shows until holds() is true."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}; the terminal shows:\n{self.shown}")
            self._read(0.02)

    def wait_for(self, text):
        self.wait_until(lambda: text in self.shown, repr(text))

    def _read(self, seconds):
        if not select.select([self._terminal], [], [], seconds)[0]:
            return
        try:
            self.shown += os.read(self._terminal, 65536).decode(errors="replace")
        except OSError:  # the shell has ended
            time.sleep(seconds)

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self._pid, 0)
