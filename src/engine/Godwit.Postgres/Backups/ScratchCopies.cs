using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups;

/// <inheritdoc/>
public sealed class ScratchCopies(TimeProvider time) : IScratchCopies
{
    public async Task<IScratchCopy> RestoreAsync(BackupPlace place, string? name, string? folder, Action<string>? note, CancellationToken cancellation)
    {
        if (folder is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new ArgumentException($"{folder} is not empty", nameof(folder));
        await ScratchServer.SweepAsync(place.Staging);
        var found = name is null ? place.Store.List().FirstOrDefault(b => b.Verification is not null) : place.Store.Find(name);
        if (found is null)
            throw new BackupException(FindingCodes.BackupUnknown, name is null ? "no destination holds a verified backup" : $"no destination holds a backup {name}", "`godwit backup create`, then `godwit backup verify`.");
        var copy = found.Copies.FirstOrDefault(c => c.Verification is not null && c.CheckPresence().Count == 0)
            ?? throw new BackupException(FindingCodes.BackupUnverified, $"backup {found.Name} was not verified, or is not whole any more", $"`godwit backup verify {found.Name}` first.");
        var scratch = await ScratchCopy.MakeAsync(copy, place, folder, note ?? (_ => { }), time, cancellation);
        try
        {
            var target = await scratch.Server.ReachAsync(scratch.Database, cancellation);
            await using var source = target.OpenSource(new SessionSettings { RunId = "scratch", Role = "admit" });
            await using var connection = await source.OpenAsync(cancellation);
            var url = await scratch.Server.AdmitAsync(connection, copy.Manifest!.Origin.User, scratch.Database, cancellation);
            return new Copy(scratch, copy.Verification!, url);
        }
        catch
        {
            await scratch.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the servers that killed processes left below a staging folder, and removes their files.</summary>
    public static Task SweepAsync(string staging) => ScratchServer.SweepAsync(staging);

    public Task RemoveAsync(string folder) => ScratchServer.RemoveAsync(folder);

    private sealed class Copy(ScratchCopy scratch, BackupVerification verification, string url) : IScratchCopy, IAdministeredCopy
    {
        public Task<PostgresTarget> ReachAsync(CancellationToken cancellation) => scratch.Server.ReachAsync(scratch.Database, cancellation);

        public async Task<string> AdmitAsync(string role, CancellationToken cancellation)
        {
            await using var source = (await ReachAsync(cancellation)).OpenSource(new SessionSettings { RunId = "scratch", Role = "admit" });
            await using var connection = await source.OpenAsync(cancellation);
            return await scratch.Server.AdmitAsync(connection, role, scratch.Database, cancellation);
        }

        public BackupManifest Manifest => scratch.Manifest;

        public BackupVerification Verification => verification;

        public string Folder => scratch.Server.Folder;

        public string Url => url;

        public string PassFile => scratch.Server.PassFile;

        public TimeSpan Took => scratch.Took;

        public ValueTask DisposeAsync() => scratch.DisposeAsync();
    }
}
