using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Engine.Audit;

internal static class KeyChecks
{
    public static readonly AuditCheck Signing = new(
        "key.signing-age", Severity.Warning, "The signing key is older than the policy allows",
        "The longer a key is in use, the more may depend on it, and the more chances there were to copy it.",
        "Put signing-key.pem of GODWIT_HOME away, where its public key is still needed to verify; the next run makes a new one.");

    public static readonly AuditCheck People = new(
        "key.people-age", Severity.Warning, "A person's key is older than the policy allows",
        "An approval is worth what the key is worth that signed it.", "Let the person make a new key, and retire the old one.",
        "SELECT on godwit.people") { AskedWhen = "people have keys in the target" };

    public static IReadOnlyList<AuditCheck> All { get; } = [Signing, People];
}

internal static class KeyAudit
{
    /// <summary>By their ids, which name nobody.</summary>
    private const string Old = "SELECT 'key ' || kid FROM godwit.people WHERE retired_at IS NULL AND added_at < clock_timestamp() - make_interval(secs => $1) ORDER BY 1";

    public static async Task<IReadOnlyList<AuditAnswer>> LookAsync(TimeSpan age, IAuditSession? session, TimeProvider time, CancellationToken cancellation) =>
        [LookAtSigningKey(age, time), await LookAtPeopleAsync(age, session, cancellation)];

    private static AuditAnswer LookAtSigningKey(TimeSpan age, TimeProvider time)
    {
        try
        {
            var file = new FileInfo(Path.Combine(GodwitHome.Folder(), SigningKeyFile.FileName));
            if (!file.Exists) return KeyChecks.Signing.NotAsked("there is no signing key yet");
            // It is written once and never again, so that the time of that is its age.
            return time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > age ? KeyChecks.Signing.Found(SigningKeyFile.FileName) : KeyChecks.Signing.Holds();
        }
        catch (Exception e) when (e is SigningKeyException or IOException or UnauthorizedAccessException)
        {
            return KeyChecks.Signing.NotSeen($"the folder of keys cannot be read ({e.GetType().Name})");
        }
    }

    private static async Task<AuditAnswer> LookAtPeopleAsync(TimeSpan age, IAuditSession? session, CancellationToken cancellation)
    {
        if (session is null) return KeyChecks.People.NotAsked();
        try
        {
            return KeyChecks.People.Found([.. (await session.AskAsync(Old, [age.TotalSeconds], cancellation)).OfType<string>()]);
        }
        // undefined_table, undefined_column, invalid_schema_name: nobody has a key there.
        catch (TargetFaultException fault) when (fault.SqlState is "42P01" or "42703" or "3F000")
        {
            return KeyChecks.People.NotAsked();
        }
        catch (TargetFaultException fault)
        {
            return fault.SqlState == "42501" ? KeyChecks.People.NotSeen() : KeyChecks.People.NotSeen(Godwit.Engine.Checks.CheckRunner.Describe(fault));
        }
    }
}
