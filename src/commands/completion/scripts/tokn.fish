# fish completion for tokn, for fish 3.1 and later.
# It runs the tokn that PATH leads to, whatever is typed, and evaluates nothing.

function __tokn_complete
    command -sq tokn; or return
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    # What is typed may end within quotes.
    set -l word (string unescape -- $typed; or string unescape -- $typed\"; or string unescape -- $typed\')
    # In the environment, which other users cannot read: what is typed may be a secret.
    set -lx COMP_WORDS (string join \x1f -- $words "$word[1]")
    set -l answer (command tokn __complete fish 2>/dev/null </dev/null)
    set -e COMP_WORDS
    set -l kind (string split -m 1 ' ' -- $answer[1])
    set -l head "$kind[2]"
    switch "$kind[1]"
        case command curl
            set -l child
            test "$kind[1]" = curl; and set child curl
            test "$head" -le (count $words); and set -a child (string escape -- $words[$head..-1])
            complete -C (string join ' ' -- $child "$typed")
            return
        case files both
            set -l path (string sub -s (math (string length -- "$head") + 1) -- "$word[1]")
            for found in (__fish_complete_path "$path")
                printf '%s%s\n' $head $found
            end
        case folders
            set -l path (string sub -s (math (string length -- "$head") + 1) -- "$word[1]")
            for found in (__fish_complete_directories "$path")
                printf '%s%s\n' $head $found
            end
    end
    test (count $answer) -gt 1; and printf '%s\n' $answer[2..-1]
end

complete -c tokn -e
complete -c tokn -f -a '(__tokn_complete)'
