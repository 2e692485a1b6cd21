using Godwit.Cli.Runs;
using Godwit.Engine.Backups;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Cli.Backups;

/// <summary>What a plan says of the backup that would be restored: a plan is one without it too.</summary>
internal static class NewestBackup
{
    public static PlannedRestore? Find(RunbookPlan plan, string folder, IRunEnvironment variables)
    {
        if (plan.Backups is not { } settings) return null;
        var (place, _) = BackupPlace.Resolve(BackupSettings.Read(settings), folder, variables, GodwitHome.Folder());
        if (place is null) return null;
        using (place)
        {
            try
            {
                return place.Store.List().FirstOrDefault(b => b.Verification is not null) is { Verification: { } verification } newest ? new PlannedRestore(newest.Name, verification.RestoreTook.TotalSeconds) : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SigningKeyException)
            {
                // The destinations are out of reach from here; the gate says so when it is asked.
                return null;
            }
        }
    }
}
