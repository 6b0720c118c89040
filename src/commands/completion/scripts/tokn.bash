# bash completion for tokn, for bash 3.2 and later, with or without bash-completion.
# It runs the tokn that PATH leads to, whatever is typed, and evaluates nothing.

_tokn() {
  COMPREPLY=()
  type -P tokn >/dev/null || return 0
  # Before bash 4.3 the cursor is counted in bytes.
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 403)) || local LC_ALL=C
  local answer kind
  # In the environment, which other users cannot read: what is typed may be a secret.
  answer=$(COMP_LINE=${COMP_LINE:0:COMP_POINT} COMP_WORD=$2 \
    \command tokn __complete bash 2>/dev/null </dev/null) || return 0
  kind=${answer%%$'\n'*}
  case $kind in
    command | curl)
      _tokn_child "$kind" "$2"
      return 0
      ;;
    files) return 0 ;;
    folders)
      compopt +o default -o dirnames 2>/dev/null
      return 0
      ;;
  esac
  [[ $answer == "$kind" ]] || _tokn_lines "${answer#*$'\n'}"
  # Files are offered by bash itself, where nothing else fits: here they are no answer.
  [[ $kind == both && ${#COMPREPLY[@]} -eq 0 ]] || compopt +o default 2>/dev/null
  return 0
}

# Each line is a word, in which nothing is expanded.
_tokn_lines() {
  local IFS=$'\n' options=$-
  set -f
  # shellcheck disable=SC2206
  COMPREPLY=($1)
  [[ $options == *f* ]] || set +f
}

# Completes what stands behind "--", which is for another program. $2 is the text to be replaced.
_tokn_child() {
  local at name spec option line
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ ${COMP_WORDS[at]} == -- ]] && break
  done
  ((at++ < COMP_CWORD)) || return 0
  line=${COMP_LINE#* -- }
  line=${line#"${line%%[! ]*}"}
  if [[ $1 == curl ]]; then
    COMP_WORDS=(curl "${COMP_WORDS[@]:at}")
    COMP_CWORD=$((COMP_CWORD - at + 1))
    line="curl $line"
  elif declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$at"
    return 0
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$at"
    return 0
  else
    COMP_WORDS=("${COMP_WORDS[@]:at}")
    COMP_CWORD=$((COMP_CWORD - at))
  fi
  COMP_POINT=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
  COMP_LINE=$line
  if [[ $1 == curl ]] && declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset 0
  elif [[ $1 == curl ]] && declare -F _command_offset >/dev/null; then
    _command_offset 0
  elif ((COMP_CWORD == 0)); then
    # A path is completed by bash itself.
    [[ $2 == */* ]] && return 0
    _tokn_lines "$(compgen -c -- "$2")"
    compopt +o default 2>/dev/null
  else
    name=${COMP_WORDS[0]##*/}
    [[ $name == -* ]] || spec=$(complete -p "$name" 2>/dev/null) || return 0
    [[ $spec =~ \ -F\ ([^ ]+)\  ]] || return 0
    name=${BASH_REMATCH[1]}
    declare -F "$name" >/dev/null || return 0
    while [[ $spec =~ \ -o\ ([a-z]+)(.*) ]]; do
      option=${BASH_REMATCH[1]}
      spec=${BASH_REMATCH[2]}
      compopt -o "$option" 2>/dev/null
    done
    "$name" "${COMP_WORDS[0]}" "$2" "${COMP_WORDS[COMP_CWORD - 1]}"
  fi
  return 0
}

complete -o default -F _tokn tokn
