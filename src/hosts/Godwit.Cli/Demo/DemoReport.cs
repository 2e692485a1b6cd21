using Godwit.Engine.Certificates;
using Godwit.Cli.Runs;
using Godwit.Engine.Journal;
using Godwit.Postgres.Journal;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>What a demo shows at its end: looked up in the database, not repeated from what the run said.</summary>
internal sealed class DemoReport(RunConsole console, IReadOnlyList<LegacyClient> clients, KeyTraffic traffic)
{
    private readonly int _keys = clients.Count(c => c.ApiKey is not null);

    /// <summary>Whether each key that a client holds is found by its hash.</summary>
    public async Task<int> HashesAsync(NpgsqlConnection connection, string pepper, CancellationToken cancellation)
    {
        var found = await TenantsDatabase.FoundByHashAsync(connection, clients, pepper, cancellation);
        console.Console.Line($"Of {_keys:N0} keys that clients hold, {found:N0} are found by their hash.");
        return found == _keys ? ExitCode.Done : ExitCode.NotVerified;
    }

    public async Task<int> ForwardAsync(NpgsqlConnection connection, string pepper, CancellationToken cancellation)
    {
        var raw = await TenantsDatabase.RawKeysAsync(connection, cancellation);
        console.Console.Line($"Raw keys in the database: {raw:N0}, of {_keys:N0} before.");
        var code = await HashesAsync(connection, pepper, cancellation);
        return raw == 0 ? code : ExitCode.NotVerified;
    }

    /// <param name="connection">To the service's database.</param>
    /// <param name="before">The fingerprint of the clients before.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<int> BackAsync(NpgsqlConnection connection, string before, CancellationToken cancellation)
    {
        var same = await TenantsDatabase.FingerprintAsync(connection, cancellation) == before;
        var tables = await TenantsDatabase.TablesAsync(connection, cancellation);
        console.Console.Line($"Clients: {(same ? "every row is what it was" : "rows are not what they were")}, SHA-256 {before[..16]}… before. Tables: {tables}.");
        return same && tables == "clients" ? ExitCode.Done : ExitCode.NotVerified;
    }

    public async Task<int> JournalAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await StoredJournal.FindNewestAsync(connection, cancellation) is not { } run) return ExitCode.NotVerified;
        var verifier = await StoredJournal.LoadAsync(connection, run, KnownSigners.Load(GodwitHome.Folder()), cancellation);
        var verdict = verifier.Conclude(null);
        console.Console.Line($"Journal of run {run.ToString()}: {(verdict.State == JournalState.Sound ? "whole" : "not whole")}, {verdict.End.Sequence} entries, signed up to entry {verdict.SignedTo}. Head: {verdict.End.ToString()}");
        return verdict.State == JournalState.Sound ? ExitCode.Done : ExitCode.NotVerified;
    }

    public int Certificate(string path)
    {
        var verdict = CertificateFile.Verify(path, KnownSigners.Load(GodwitHome.Folder()));
        console.Console.Line($"{verdict.Text}");
        console.Console.Line($"The certificate: {path}");
        return verdict is CertificateVerdict.ValidRun { Known: true } ? ExitCode.Done : ExitCode.NotVerified;
    }

    public void Traffic()
    {
        console.Console.Line($"Lookups meanwhile: {traffic.ByKey + traffic.ByHash:N0} answered ({traffic.ByKey:N0} by the raw key, {traffic.ByHash:N0} by its hash), {traffic.Refused:N0} keys of nobody's refused; the slowest took {traffic.SlowestMilliseconds:0} ms.");
        console.Console.Line($"Failed lookups: {traffic.Failed:N0}.");
    }
}
