#compdef lrsweep
# Completes the words of lrsweep in zsh: source <(lrsweep completion zsh), after compinit; or this file
# as _lrsweep in a folder of $fpath.
#
# The program knows what can follow. `lrsweep __complete zsh WORD...` prints what files to offer ("none",
# "folders", or "files" with endings), then a word a line, with a tab and its help behind it.
_lrsweep() {
  local -a lines kind described
  local line
  lines=("${(@f)$(_call_program lrsweep ${words[1]} __complete zsh \
    ${(q)words[2,CURRENT-1]} ${(q)PREFIX} 2>/dev/null)}")
  kind=(${=lines[1]})
  for line in ${lines[2,-1]}; do
    described+=("${${line%%$'\t'*}//:/\\:}${${(M)line%%$'\t'*}:+:${line#*$'\t'}}")
  done
  (( $#described )) && _describe -V lrsweep described
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $kind[1] in
    folders) _files -/ ;;
    files) if (( $#kind > 1 )); then _files -g "${(j: :)${(@)kind[2,-1]/#/*.}}" -F '(*.db.trials)'; else _files; fi ;;
  esac
}

if [[ $funcstack[1] == _lrsweep ]]; then
  _lrsweep "$@"
else
  compdef _lrsweep lrsweep
fi
