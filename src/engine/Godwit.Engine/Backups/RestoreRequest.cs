using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Security.Canonical;
using Godwit.Security.Files;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <param name="Place">Where the backups are.</param>
/// <param name="Replace">Why what is there may be replaced; null replaces nothing.</param>
public sealed record RestoreRequest(BackupPlace Place, string? Replace)
{
    /// <summary>Removes the database that was replaced, instead of keeping it under another name.</summary>
    public bool DropFormer { get; init; }

    /// <summary>Done right before the names change, when all that could refuse it has been asked; null does nothing.</summary>
    public Func<Task>? BeforeSwap { get; init; }

    public Action<string> Note { get; init; } = _ => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <param name="Database">What it is called.</param>
/// <param name="Former">What the one is called that was there before; null where there was none, or it was removed.</param>
/// <param name="Took">From the first byte that was read until it was open.</param>
/// <param name="Checks">What was compared before it opened.</param>
/// <param name="Forked">Runs whose journals went back, and what of each was given up.</param>
public sealed record RestoreMade(string Database, string? Former, TimeSpan Took, IReadOnlyList<BackupCheck> Checks, IReadOnlyList<RunGivenUp> Forked);

/// <param name="Run">Which.</param>
/// <param name="Runbook">Its name.</param>
/// <param name="State">In the database that is replaced.</param>
/// <param name="Head">The last entry of its journal there.</param>
public sealed record RunGivenUp(Guid Run, string Runbook, string State, JournalPosition Head);

/// <summary>
/// The decision to restore, outside of every database and on the disk before anything is replaced: the database cannot hold it, since it is what goes back. One file for each, signed.
/// </summary>
public static class RestoreDecision
{
    public const string FolderName = "restores";

    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Returns once it is on the disk.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string home, SigningKey key, DateTimeOffset at, BackupManifest backup, TargetIdentity target, string database, string? reason, IReadOnlyList<RunGivenUp> runs)
    {
        var folder = Path.Combine(home, FolderName);
        Directory.CreateDirectory(folder, OwnersOnly | UnixFileMode.UserExecute);
        var json = new JsonObject
        {
            ["type"] = "godwit-restore", ["at"] = at.ToString("O", System.Globalization.CultureInfo.InvariantCulture), ["backup"] = backup.Name, ["backupId"] = backup.Id.ToString("D"), ["snapshot"] = backup.SnapshotAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["system"] = target.System, ["database"] = target.Database, ["databaseName"] = database, ["timeline"] = target.Timeline, ["incarnation"] = target.Incarnation?.ToString("D"), ["reason"] = reason,
            ["heads"] = new JsonObject(runs.Select(r => KeyValuePair.Create(r.Run.ToString("D"), (JsonNode?)new JsonObject { ["head"] = r.Head.ToString(), ["runbook"] = r.Runbook, ["state"] = r.State }))),
            ["kid"] = key.Kid,
        };
        json["signature"] = Convert.ToBase64String(key.Sign(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json.ToJsonString()))));
        var path = Path.Combine(folder, $"{at.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}.json");
        using (var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnersOnly }))
        {
            stream.Write(Encoding.UTF8.GetBytes(json.ToJsonString()));
            stream.Flush(flushToDisk: true);
        }
        FolderSync.Flush(folder);
        return path;
    }
}
