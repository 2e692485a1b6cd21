using Godwit.Cli.Detaching;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>What a command about a run says: lines for people, or one document.</summary>
internal sealed class RunConsole(string command, MoveConsole console, TextWriter output, bool json)
{
    public MoveConsole Console => console;

    public bool Json => json;

    public int Finish(RunDocument document)
    {
        var whole = document with { Command = command };
        Detachment.Fail(whole);
        if (json) output.WriteLine(whole.ToJson());
        return whole.ExitCode;
    }

    /// <summary>The same without documents: for a command that consists of others, and ends with one of its own.</summary>
    public RunConsole WithoutDocuments() => new(command, console, TextWriter.Null, json);

    public int Refuse(IReadOnlyList<Finding> findings, int exitCode = ExitCode.Findings)
    {
        RunbookFindings.Print(console, findings);
        console.Line($"[red]Refused:[/] nothing was changed.");
        return Finish(new RunDocument { Outcome = "refused", ExitCode = exitCode, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] });
    }

    /// <summary>Empties the terminal, where there is one.</summary>
    public void Clear()
    {
        if (!json && !System.Console.IsOutputRedirected && ReferenceEquals(output, System.Console.Out)) output.Write("\x1b[H\x1b[2J");
    }

    /// <summary>For people, as it is.</summary>
    public void Print(string text)
    {
        if (!json) output.Write(text);
    }

    public void Note(string text) => console.Note(text);
}
