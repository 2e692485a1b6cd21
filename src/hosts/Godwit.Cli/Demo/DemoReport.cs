using System.Globalization;
using Godwit.Cli.Runs;

namespace Godwit.Cli.Demo;

/// <summary>What a demo shows at its end: looked up in the database, not repeated from what the run said.</summary>
internal sealed class DemoReport(RunConsole console, DemoStage stage, string runbook)
{
    private readonly int _keys = stage.Clients.Count(c => c.ApiKey is not null);

    /// <summary>What is the same in every demo.</summary>
    public DemoRecord Record { get; } = new(console, stage.Connection, runbook);

    /// <summary>Whether each key that a client holds is found by its hash.</summary>
    public async Task<int> HashesAsync(CancellationToken cancellation)
    {
        var found = await TenantsDatabase.FoundByHashAsync(stage.Connection, stage.Clients, stage.Green, cancellation);
        Record.Note(("keys", _keys), ("keysFoundByHash", found));
        console.Console.Line($"Of {_keys:N0} keys that clients hold, {found:N0} are found by their hash.");
        return found == _keys ? ExitCode.Done : ExitCode.NotVerified;
    }

    public async Task<int> ForwardAsync(CancellationToken cancellation)
    {
        var raw = await TenantsDatabase.RawKeysAsync(stage.Connection, cancellation);
        Record.Note(("rawKeys", raw));
        console.Console.Line($"Raw keys in the database: {raw:N0}, of {_keys:N0} before.");
        var code = await HashesAsync(cancellation);
        return raw == 0 ? code : ExitCode.NotVerified;
    }

    /// <summary>Every row against what the service acknowledged.</summary>
    public async Task<int> RowsAsync(bool keysAreGone, CancellationToken cancellation)
    {
        var verdict = await stage.Book.CompareAsync(stage.Connection, keysAreGone, cancellation);
        Record.Note(("acknowledged", stage.Book.SignUps + stage.Book.Changes), ("lost", verdict.Missing));
        console.Console.Line($"Writes meanwhile: {stage.Book.SignUps + stage.Book.Changes:N0} acknowledged ({stage.Book.SignUps:N0} sign-ups, {stage.Book.Changes:N0} changes of an address), {(verdict.Missing == 0 ? "each of them is there" : $"{verdict.Missing:N0} rows are NOT what they have to be")}.");
        console.Console.Line($"Clients: {verdict.Stored:N0} rows, {verdict.Expected:N0} expected; SHA-256 {verdict.StoredDigest[..16]}…, {(verdict.Agrees ? "as expected" : $"expected {verdict.ExpectedDigest[..16]}…")}.");
        return verdict.Agrees ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <summary>The schema against what it was before anything.</summary>
    public async Task<int> BackAsync(CancellationToken cancellation)
    {
        string[] was = (await File.ReadAllTextAsync(stage.Folder.SchemaFile, cancellation)).Split('\n'), now = (await TenantsDatabase.SchemaAsync(stage.Connection, cancellation)).Split('\n');
        var tables = await TenantsDatabase.TablesAsync(stage.Connection, cancellation);
        foreach (var line in was.Except(now, StringComparer.Ordinal)) console.Console.Line($"  - {line}");
        foreach (var line in now.Except(was, StringComparer.Ordinal)) console.Console.Line($"  + {line}");
        var same = was.SequenceEqual(now, StringComparer.Ordinal);
        console.Console.Line($"Schema: {(same ? $"all {now.Length} objects are what they were, and none is new" : "it is not what it was")}. Tables: {tables}.");
        return same && tables == "clients" ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <summary>How long clients of a green that went bad were refused, and what took them back.</summary>
    public async Task<int> TripAsync(GreenSpoiler spoiler, CancellationToken cancellation)
    {
        if (await Record.RunAsync(cancellation) is not { } run || await TenantsDatabase.FiredAsync(stage.Connection, run, cancellation) is not var (tripwire, at) || spoiler is not { Spoiled: { } spoiled, BackAtBlue: { } back })
        {
            console.Console.Line($"[red]The run went back, and no tripwire is on record for it.[/]");
            return ExitCode.NotVerified;
        }
        Record.Note(("firedAfterSeconds", (at - spoiled).TotalSeconds), ("backAtBlueSeconds", (back - at).TotalSeconds));
        console.Console.Line($"Tripwire {tripwire} fired {Seconds(at - spoiled)} after green had gone bad; {Seconds(back - at)} later all traffic was on blue again.");
        return ExitCode.Done;
    }

    public int Traffic(GreenSpoiler? spoiler)
    {
        var traffic = stage.Traffic;
        console.Console.Line($"Requests meanwhile: {traffic.Answered + stage.Book.SignUps:N0} answered ({traffic.By("blue"):N0} with a key by blue, {traffic.By("green"):N0} by green), {traffic.Refused:N0} keys of nobody's refused; the slowest took {traffic.SlowestMilliseconds:0} ms.");
        if (traffic.AskedAgain > 0) console.Console.Line($"  {traffic.AskedAgain:N0} of them were asked twice, since the proxy had just changed over.");
        if (spoiler?.SpoiledAt is { } spoiled)
        {
            var lasted = stage.Time.GetElapsedTime(spoiled, traffic.LastLockedOut);
            console.Console.Line($"  {traffic.LockedOut:N0} were refused by the green that had gone bad, the last one {Seconds(lasted)} after that; nobody since.");
        }
        var failed = traffic.Failed + (spoiler?.SpoiledAt is null ? traffic.LockedOut : 0);
        Record.Note(("answered", traffic.Answered + stage.Book.SignUps), ("lockedOut", traffic.LockedOut), ("failed", failed), ("slowestMilliseconds", traffic.SlowestMilliseconds));
        console.Console.Line($"Failed requests: {failed:N0}.");
        return failed == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }

    public void WhereToLook() => Record.WhereToLook(stage.Folder, stage.Cluster, "the pepper", "Service, proxy and clients");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}
