using Godwit.Cli.Runs;
using Godwit.Engine.Backups;
using Godwit.Engine.Reports;
using Godwit.Engine.Secrets;
using Godwit.Security.Signing;

namespace Godwit.Cli.Reports;

/// <summary>Looks for the backups that a run names where its plan has them, if that is a place that can be read from here. Needs no key: manifests are signed and not encrypted.</summary>
internal static class BackupLook
{
    public static RunRecord At(RunRecord record, string folder, KnownSigners known)
    {
        if (record.Run.Plan.Backups is not { } backups || BackupPart.Named(record) is not { Count: > 0 } names) return record;
        var places = new List<string>();
        foreach (var destination in BackupSettings.Read(backups).Destinations)
        {
            var path = destination.Literal ?? (destination.Environment is { } variable ? OutsideValue.Find(ProcessEnvironment.Instance, variable) : null);
            if (path is { Length: > 0 }) places.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, Path.GetFullPath(folder))));
        }
        if (!places.Exists(Directory.Exists)) return record with { BackupsNotSeen = "no destination can be reached from here" };
        try
        {
            return record with { Backups = [.. new BackupStore(places, known).List().Where(b => names.Contains(b.Name, StringComparer.Ordinal))] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return record with { BackupsNotSeen = e.Message };
        }
    }
}
