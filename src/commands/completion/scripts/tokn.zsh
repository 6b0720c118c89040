#compdef tokn
# zsh completion for tokn: a file called _tokn in a folder of fpath, or sourced behind compinit.
# It runs the tokn that PATH leads to, whatever is typed, and evaluates nothing.

_tokn() {
  (( ${+commands[tokn]} )) || return 1
  local -a typed lines described
  local answer kind signs sign line value
  typed=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
  # In the environment, which other users cannot read: what is typed may be a secret.
  answer="$(COMP_WORDS="${(pj:\x1f:)typed}" command tokn __complete zsh 2>/dev/null </dev/null)" ||
    return 1
  lines=("${(@f)answer}")
  kind=${lines[1]%% *}
  [[ ${lines[1]} == *' '* ]] && signs=${lines[1]#* }
  shift lines
  case $kind in
    (command)
      words=("${(@)words[signs,-1]}")
      (( CURRENT -= signs - 1 ))
      _normal
      return
      ;;
    (curl)
      words=(curl "${(@)words[signs,-1]}")
      (( CURRENT -= signs - 2 ))
      _normal
      return
      ;;
  esac
  # What stands in the word before the value: `--store=`, `VAR:`.
  for sign in ${(s::)signs}; do
    compset -P 1 "*$sign"
  done
  case $kind in
    (files) _files; return ;;
    (folders) _files -/; return ;;
  esac
  for line in "${(@)lines}"; do
    [[ -n $line ]] || continue
    value=${line%%$'\t'*}
    value=${${value//\\/\\\\}//:/\\:}
    [[ $line == *$'\t'* ]] && value+=:${line#*$'\t'}
    described+=("$value")
  done
  local found=1
  (( $#described )) && _describe -t values value described && found=0
  [[ $kind == both ]] && _files && found=0
  return found
}

# Loaded by the first use, it completes; sourced, it says what it is for.
if [[ ${funcstack[1]} == _tokn ]]; then
  _tokn "$@"
elif (( ${+functions[compdef]} )); then
  compdef _tokn tokn
fi
