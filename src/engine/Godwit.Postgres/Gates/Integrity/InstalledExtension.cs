using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>An extension that what follows needs.</summary>
internal sealed record InstalledExtension(string Extension) : IIntegrityQuestion
{
    public string Name => $"extension {Extension}";

    public async Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        var row = (await transaction.QueryAsync(
            "SELECT (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1), (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = $1)",
            1, cancellation, Extension))[0];
        return row switch
        {
            [string installed, _] => (true, $"version {installed}"),
            [_, string available] => (false, $"not installed; the server has version {available}, and CREATE EXTENSION makes it"),
            _ => (false, "not installed, and the server does not have it"),
        };
    }
}
