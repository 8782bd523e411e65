# Completes the words of lrsweep in bash 4.3 or newer: source <(lrsweep completion bash)
#
# The program knows what can follow. `lrsweep __complete bash WORD...` prints what files to offer
# ("none", "folders", or "files" with endings), then a word a line, with a tab and its help behind it.
_lrsweep() {
  local rest=${COMP_LINE:0:COMP_POINT} piece word program file kind endings i
  local -a words=() lines=()
  # Bash has cut the words at = and :, which are joined again where no blank was between.
  rest=${rest#*"${COMP_WORDS[0]}"}
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ $rest == [[:blank:]]* ]]; then words+=(""); fi
    rest=${rest#"${rest%%[![:blank:]]*}"}
    words[-1]+=${COMP_WORDS[i]}
    rest=${rest#"${COMP_WORDS[i]}"}
  done
  if [[ $rest == [[:blank:]]* || ${#words[@]} == 0 ]]; then words+=(""); fi
  words[-1]+=${rest#"${rest%%[![:blank:]]*}"}
  word=${words[-1]}
  piece=${word##*[=:]}  # what bash replaces

  program=${COMP_WORDS[0]//[\\\"\']/}
  program=${program/#\~\//$HOME/}
  mapfile -t lines < <("$program" __complete bash "${words[@]}" 2>/dev/null)
  [[ ${#lines[@]} -gt 0 ]] || return 0
  read -r kind endings <<<"${lines[0]}"
  COMPREPLY=("${lines[@]:1}")
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  if [[ $kind == folders ]]; then
    compopt -o filenames
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$piece")
  elif [[ $kind == files ]]; then
    compopt -o filenames
    while IFS= read -r file; do
      if [[ -z $endings || " $endings " == *" ${file##*.} "* ]] ||
        [[ -d ${file/#\~\//$HOME/} && $file != *.db.trials ]]; then
        COMPREPLY+=("$file")
      fi
    done < <(compgen -f -- "$piece")
  fi
}
complete -F _lrsweep lrsweep
