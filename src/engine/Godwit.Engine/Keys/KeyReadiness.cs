using Godwit.Model.Findings;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Keys;

/// <summary>A step that works with keys of the target's keyring.</summary>
public interface INeedsKeys
{
    IReadOnlyCollection<KeyPurpose> Purposes { get; }
}

/// <summary>Looks whether keys are at hand before anything is begun.</summary>
public static class KeyReadiness
{
    /// <summary>A finding for each purpose without an active key, or one for the keyring itself.</summary>
    public static async Task<IReadOnlyList<Finding>> FindMissingAsync(IRunKeyring keyring, IEnumerable<KeyPurpose> purposes, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var purpose in purposes.Distinct())
        {
            try
            {
                await keyring.RefreshAsync(now: true, cancellation);
                if ((await keyring.OpenAsync(purpose, cancellation)).Current.Active is null)
                    findings.Add(Finding.Error(FindingCodes.KeyMissing, $"The keyring has no active key for {purpose}", remedy: $"godwit keys create {purpose}"));
            }
            catch (KeyringException reason)
            {
                findings.Add(Missing(reason));
            }
        }
        return [.. findings.DistinctBy(f => f.Message, StringComparer.Ordinal)];
    }

    public static Finding Missing(KeyringException reason) => Finding.Error(
        FindingCodes.KeyMissing, $"The keys cannot be had: {reason.Message}", remedy: "`godwit keys status` shows what the target's keyring lacks; the master key comes from GODWIT_MASTER_KEY_FILE or GODWIT_MASTER_KEY where Godwit runs");
}
