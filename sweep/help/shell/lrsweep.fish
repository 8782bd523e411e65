# Completes the words of lrsweep in fish: lrsweep completion fish | source, or this file as
# ~/.config/fish/completions/lrsweep.fish.
#
# The program knows what can follow. `lrsweep __complete fish WORD...` prints what files to offer ("none",
# "folders", or "files" with endings), then a word a line, with a tab and its help behind it.
function __lrsweep_complete
    set -l words (string replace -r '^~/' "$HOME/" -- (commandline -opc))
    set -l token (commandline -ct)
    set -l quoted (string escape -- $words[2..])
    set -l lines ($words[1] __complete fish $quoted "$token" 2>/dev/null)
    or return
    for line in $lines[2..]
        echo $line
    end
    set -l kind (string split ' ' -- $lines[1])
    switch $kind[1]
        case folders
            __fish_complete_directories $token ''
        case files
            if test (count $kind) -gt 1
                set -l endings (string join '|' -- $kind[2..])
                __fish_complete_suffix .$kind[2] | string match -r "^[^\t]*(?<!\.db\.trials)(?:/|\.(?:$endings))(?:\t.*)?\$"
            else
                __fish_complete_suffix ''
            end
    end
end
complete -c lrsweep -f -k -a '(__lrsweep_complete)'
