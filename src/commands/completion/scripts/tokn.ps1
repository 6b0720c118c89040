# PowerShell completion for tokn, for PowerShell 5.1 and later.
# It runs the tokn that PATH leads to, whatever is typed, and evaluates nothing.

Register-ArgumentCompleter -Native -CommandName 'tokn' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $program = Get-Command -Name 'tokn' -CommandType Application, ExternalScript -ErrorAction Ignore |
        Select-Object -First 1
    if ($null -eq $program) { return }

    $typed = ''
    $words = @()
    $starts = @()
    foreach ($element in $commandAst.CommandElements) {
        $extent = $element.Extent
        if ($extent.StartOffset -ge $cursorPosition) { break }
        $starts += $extent.StartOffset
        if ($extent.EndOffset -ge $cursorPosition) {
            $typed = $extent.Text.Substring(0, $cursorPosition - $extent.StartOffset)
            if ($typed -match '^[''"]') { $typed = $typed.Substring(1) }
        }
        elseif ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $words += $element.Value
        }
        else {
            $words += $extent.Text
        }
    }

    $encoding = [Console]::OutputEncoding
    $before = $env:COMP_WORDS
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        # In the environment, which other users cannot read: what is typed may be a secret.
        $env:COMP_WORDS = ($words + $typed) -join [char]0x1f
        $answer = @(& $program '__complete' 'pwsh' 2>$null)
    }
    finally {
        [Console]::OutputEncoding = $encoding
        $env:COMP_WORDS = $before
    }
    if ($answer.Count -eq 0) { return }

    $kind, $head = $answer[0] -split ' ', 2
    if ($kind -eq 'command' -or $kind -eq 'curl') {
        # Words are counted from 1, the program first.
        $start = $cursorPosition
        if ([int]$head -le $starts.Count) { $start = $starts[[int]$head - 1] }
        $origin = $commandAst.Extent.StartOffset
        $text = $commandAst.Extent.Text
        $end = [Math]::Min($text.Length, $cursorPosition - $origin)
        $line = $text.Substring([Math]::Min($start - $origin, $end), $end - [Math]::Min($start - $origin, $end))
        if ($kind -eq 'curl') { $line = "curl $line" }
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches
        return
    }
    if ($kind -ne 'words') {
        $path = $typed.Substring("$head".Length)
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($path) | ForEach-Object {
            $isFolder = $_.ResultType -eq [System.Management.Automation.CompletionResultType]::ProviderContainer
            if ($kind -ne 'folders' -or $isFolder) {
                [System.Management.Automation.CompletionResult]::new(
                    "$head$($_.CompletionText)", $_.ListItemText, $_.ResultType, $_.ToolTip)
            }
        }
    }
    foreach ($line in ($answer | Select-Object -Skip 1)) {
        $value, $about = $line -split "`t", 2
        if (-not $value) { continue }
        $text = $value
        if ($value -notmatch '^[A-Za-z0-9_./:=+%-]+$') {
            $quoted = [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value)
            $text = "'" + $quoted + "'"
        }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
