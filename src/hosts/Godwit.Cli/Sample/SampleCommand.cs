using System.CommandLine;
using System.Diagnostics;
using Godwit.Cli.Sample.LearningSol;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample;

/// <summary><c>godwit sample</c>: databases to try a move with, made on the spot.</summary>
public static class SampleCommand
{
    private const int Done = 0, Usage = 2, Fault = 4;

    private static readonly Option<FileInfo> Out = new("--out")
    {
        Description = "The file to make.",
        HelpName = "FILE",
        DefaultValueFactory = _ => new FileInfo("learning-sol.db"),
    };

    private static readonly Option<int> Rows = new("--rows")
    {
        Description = $"Rows over all tables, at least {RowCounts.Fewest}.",
        HelpName = "N",
        DefaultValueFactory = _ => 100_000,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "The same seed and rows make the same content.",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<bool> Hostile = new("--hostile")
    {
        Description = "Adds the values that a move must refuse: " + string.Join("; ", HostileValues.All.Select(v => $"{v.What} ({v.Place}, {v.Code})")) + ".",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replaces the file when it is there." };

    public static Command Create()
    {
        Rows.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var rows) && rows < RowCounts.Fewest)
                result.AddError($"--rows is at least {RowCounts.Fewest}");
        });
        var learningSol = new Command("learning-sol", "A learning platform's database as a Prisma application on SQLite leaves it.") { Out, Rows, Seed, Hostile, Force };
        learningSol.SetAction(result => Make(
            result.GetValue(Out)!.FullName,
            new SampleOptions(result.GetValue(Rows), result.GetValue(Seed), result.GetValue(Hostile)),
            result.GetValue(Force),
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error));
        return new Command("sample", "Makes a database to try a move with.") { learningSol };
    }

    private static int Make(string path, SampleOptions options, bool force, TextWriter output, TextWriter error)
    {
        if (!force && Path.Exists(path))
        {
            error.WriteLine($"godwit: {path} exists; --force replaces it");
            return Usage;
        }

        var clock = Stopwatch.StartNew();
        try
        {
            var rows = SampleDatabase.Write(path, options);
            output.WriteLine($"{path}: {rows} rows, {new FileInfo(path).Length / 1e6:0.0} MB, {clock.Elapsed.TotalSeconds:0.0} s");
            return Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SqliteException)
        {
            error.WriteLine($"godwit: {path} could not be made: {fault.Message}");
            return Fault;
        }
    }
}
