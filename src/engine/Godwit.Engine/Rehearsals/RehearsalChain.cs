using Godwit.Security.Signing;

namespace Godwit.Engine.Rehearsals;

/// <summary>The records of a runbook's rehearsals, each of which names the one before it: that one is gone, shows.</summary>
public static class RehearsalChain
{
    /// <summary>The record that nothing follows yet; null where there is none. Of what somebody else has put there it does not depend, nor of a clock that went back.</summary>
    /// <param name="stored">All that are there, the newest first.</param>
    /// <param name="known">Whose signatures count.</param>
    public static StoredRehearsal? EndOf(IReadOnlyList<StoredRehearsal> stored, KnownSigners known)
    {
        var records = stored.Select(s => (Stored: s, RehearsalRecordText.Read(s.Text, known).Record)).Where(r => r.Record?.Id == r.Stored.Id).ToList();
        var followed = records.Select(r => r.Record!.Previous).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return records.FirstOrDefault(r => !followed.Contains(RehearsalRecordText.HashOf(r.Stored.Text))).Stored;
    }
}
