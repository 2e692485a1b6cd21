namespace Godwit.Engine.Backups;

/// <summary>Restores verified backups into servers of their own, that nobody else knows of and that go when they are disposed of. The database that the backup is of is not touched, nor asked.</summary>
public interface IScratchCopies
{
    /// <param name="place">Where the backups are.</param>
    /// <param name="name">Which; null is the newest verified one.</param>
    /// <param name="folder">Where the server's files go; null is a folder in staging. Empty, or not there yet.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="cancellation">Stops, and leaves nothing.</param>
    /// <exception cref="BackupException">There is no such backup, it was not verified, is not what was written, or does not restore.</exception>
    Task<IScratchCopy> RestoreAsync(BackupPlace place, string? name, string? folder, Action<string>? note, CancellationToken cancellation);

    /// <summary>Stops the server of a scratch copy whose process was killed, and removes its files. Nothing happens where there is none.</summary>
    Task RemoveAsync(string folder);
}

/// <summary>A backup that lives in a server of its own until it is disposed of.</summary>
public interface IScratchCopy : IAsyncDisposable
{
    BackupManifest Manifest { get; }

    BackupVerification Verification { get; }

    string Folder { get; }

    /// <summary>The database, as the role that took the backup, without a password.</summary>
    string Url { get; }

    /// <summary>A libpq password file (mode 0600) that holds the password: give it as PGPASSFILE.</summary>
    string PassFile { get; }

    /// <summary>From the first byte that was read until the database answered.</summary>
    TimeSpan Took { get; }
}
