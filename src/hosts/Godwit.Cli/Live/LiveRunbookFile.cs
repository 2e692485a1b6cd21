using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godwit.Cli.Move;
using Godwit.Cli.Move.Sources;
using Godwit.Cli.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Live;

/// <summary><c>godwit move --live</c>: writes the runbook that moves a database while applications write to it. A live move is more than one command, and somebody has to read it first.</summary>
internal static partial class LiveRunbookFile
{
    private const string SourceVariable = "SOURCE_URL";

    public static int Write(MoveRequest request, MoveConsole console)
    {
        var url = SourceAddress.IsUrl(request.From);
        var name = NameOf(url ? SourceAddress.NameOf(request) : Path.GetFileNameWithoutExtension(request.From));
        var folder = Path.GetFullPath($"{name}-live");
        var file = Path.Combine(folder, RunbookOptions.FileName);
        var findings = new List<Finding>();
        if (request.Quarantine) findings.Add(Finding.Error(FindingCodes.KindSettings, "a live move puts nothing into quarantine", null, "Leave --quarantine out: rows that do not fit are listed by their keys, and mended in the source before the cut-over."));
        findings.AddRange(PostgresUrl.Parse(request.To).Findings);
        if (url) findings.AddRange(PostgresUrl.Parse(request.From).Findings);
        if (request.DryRun) findings.Add(Finding.Error(FindingCodes.KindSettings, "--dry-run changes nothing, and --live writes a runbook", null, "Leave one of them out: `godwit plan` of the runbook shows what a run would do."));
        if (request.CertificateFile is not null || request.NotMovedFile is not null)
            findings.Add(Finding.Error(FindingCodes.KindSettings, "--certificate and --not-moved are of a move, and --live writes a runbook", null, "Leave them out: `godwit run --certificate FILE` names the run's."));
        if (!url && !File.Exists(request.From)) findings.Add(Finding.Error(FindingCodes.SourceUnreadable, $"{request.From} is not there", null, "See whether the path is right from the folder at hand."));
        if (Path.Exists(file)) findings.Add(Finding.Error(FindingCodes.AlreadyThere, "This file is already there; nothing was written", new Place.InFile(file, 1, 1), "Edit it, or move it away."));
        if (findings.Count > 0)
        {
            console.Print(findings);
            return console.Finish(new MoveDocument { Command = "move", Outcome = "refused", ExitCode = ExitCode.Findings, Source = SourceAddress.Shown(request), Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] });
        }
        Directory.CreateDirectory(folder);
        using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write)) stream.Write(Encoding.UTF8.GetBytes(Text(request, name, url)));
        var next = $"{(url ? $"export {SourceVariable}={Shell(request.From)}, " : "")}export DATABASE_URL={Shell(request.To)}, then godwit check {Shell(file)}, godwit plan {Shell(file)}, godwit run {Shell(file)}";
        console.Line($"wrote {file}");
        console.Line($"next: {next}");
        return console.Finish(new MoveDocument { Command = "move", Outcome = "written", ExitCode = ExitCode.Done, Source = request.From, Next = next });
    }

    private static string Text(MoveRequest request, string name, bool url)
    {
        var settings = new List<string> { "source: old", $"schema: {Quote(request.Schema)}", "live: true" };
        if (url && request.FromSchema != "public") settings.Insert(1, $"from_schema: {Quote(request.FromSchema)}");
        if (request.Tables.Count > 0) settings.Add($"tables: [{string.Join(", ", request.Tables.Select(Quote))}]");
        if (request.MapFile is { } map) settings.Add($"map: {Quote(Path.GetRelativePath(Path.GetFullPath($"{name}-live"), Path.GetFullPath(map)))}");
        if (request.Accept.Count > 0) settings.Add($"accept: [{string.Join(", ", request.Accept.Select(Quote))}]");
        if (request.Names != "exact") settings.Add($"names: {request.Names}");
        if (request.Paranoid) settings.Add("paranoid: true");
        if (request.Jobs != MoveOptions.DefaultJobs) settings.Add($"jobs: {request.Jobs}");
        if (request.RangeRows != PlanOptions.DefaultRowsPerRange) settings.Add($"range_rows: {request.RangeRows}");
        var flow = $"{{{string.Join(", ", settings)}}}";
        // An address may hold a password one day, and a runbook none.
        var place = url ? $"{{env: {SourceVariable}}}" : $"{{path: {Quote(Path.GetFullPath(request.From))}}}";
        var what = url ? $"schema {request.FromSchema}" : Path.GetFileName(request.From);
        return $$$"""
            # Moves {{{what}}} into PostgreSQL while applications write to it.
            #   godwit run        copies, verifies, and takes writers to the new side
            #   godwit endpoint   says which side is to be written to
            #   godwit rollback   takes them back, with everything that they wrote since
            #   godwit finish     ends it: the old side is kept up no longer
            godwit: 1
            name: {{{name}}}
            target: {env: DATABASE_URL}
            sources:
              old: {{{place}}}
            phases:
              backfill:
                steps:
                  - id: all
                    move: {{{flow}}}
              switch:
                steps:
                  # Writers wait for at most this long; beyond it they go on at the old side, and it is tried again.
                  - {id: over, cutover: {move: all, limit: 5s}}
                  # Then the application itself: what tells it where to write, and what tells it otherwise when it is taken back.
                  # - {id: application, command: [./deploy, --database, new], undo: [./deploy, --database, old]}
              contract:
                steps:
                  - {id: end, release: all, irreversible: the old side is kept up no longer}

            """;
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Shell(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>As a runbook may be called: a letter first, and not too long.</summary>
    private static string NameOf(string source)
    {
        var name = Unfit().Replace(source.ToLowerInvariant(), "-").Trim('-');
        if (name.Length == 0 || !char.IsAsciiLetter(name[0])) name = $"database-{name}".TrimEnd('-');
        return name.Length > 50 ? name[..50].TrimEnd('-') : name;
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Unfit();
}
