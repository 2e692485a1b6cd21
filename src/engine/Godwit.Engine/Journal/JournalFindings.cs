using Godwit.Engine.Journal.Export;
using Godwit.Model.Findings;

namespace Godwit.Engine.Journal;

/// <summary>What verifying and exporting found, as findings.</summary>
public static class JournalFindings
{
    private const string Look = "Keep the database and the export as they are, and find out who could write to the table since the last export that fits.";

    /// <param name="verdict">Of a journal.</param>
    /// <param name="path">The file that it was read from; null for a database.</param>
    public static IReadOnlyList<Finding> Of(JournalVerdict verdict, string? path)
    {
        var findings = verdict.Faults.Select(f => Of(f, path)).ToList();
        foreach (var kid in verdict.UnknownSigners)
        {
            findings.Add(Finding.Warning(
                FindingCodes.JournalUnknownSigner, $"heads are signed by a key that is unknown here: {kid}",
                remedy: "Ask its owner for the public key and name it with --key, or put it into known-signers/ of GODWIT_HOME."));
        }
        if (verdict.State == JournalState.Unsigned)
            findings.Add(Finding.Warning(FindingCodes.JournalUnsigned, "no head is signed: the chain alone is proof against accidents, not against intent", remedy: "Compare it with an export: --against FILE."));
        else if (verdict.State != JournalState.Broken && verdict.SignedTo < verdict.End.Sequence)
            findings.Add(Finding.Note(FindingCodes.JournalUnsigned, $"entries {verdict.SignedTo + 1} to {verdict.End.Sequence} are not covered by a head of a known key"));
        return findings;
    }

    public static Finding Of(JournalFault fault, string? path) => Finding.Error(
        fault.Kind switch
        {
            JournalFaultKind.Changed => FindingCodes.JournalChanged,
            JournalFaultKind.Missing => FindingCodes.JournalMissing,
            JournalFaultKind.Moved => FindingCodes.JournalMoved,
            JournalFaultKind.Added => FindingCodes.JournalAdded,
            JournalFaultKind.TailCut => FindingCodes.JournalCut,
            JournalFaultKind.Rewritten => FindingCodes.JournalRewritten,
            JournalFaultKind.BadSignature => FindingCodes.JournalBadSignature,
            JournalFaultKind.ForkNotAttested => FindingCodes.JournalFork,
            _ => FindingCodes.JournalUnreadable,
        },
        fault.Message,
        path is not null && fault.Line is { } line ? new Place.InFile(path, line, fault.Column ?? 1)
            : fault.Sequence > 0 ? new Place.InObject("entry", fault.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null,
        fault.Kind == JournalFaultKind.Unreadable ? null : Look);

    /// <returns>What <c>status</c> says about an export that is not up to date; null when there is nothing to say.</returns>
    public static Finding? Of(ExportState state) => state.Status switch
    {
        ExportStatus.UpToDate => null,
        ExportStatus.Behind => Finding.Note(FindingCodes.JournalNotExported, $"the journal is being copied to {state.Sink}; {state.Sent} entries are there"),
        ExportStatus.Rewound => Finding.Error(
            FindingCodes.JournalNotExported, $"the journal is no longer copied to {state.Sink}: {state.Problem}", remedy: "Verify the journal against that copy before anything else: godwit journal verify --against."),
        _ => Finding.Warning(
            FindingCodes.JournalNotExported, $"the journal is not copied to {state.Sink} beyond entry {state.Sent}: {state.Problem}",
            remedy: "The run goes on. Until the sink takes it, a rewrite of the entries that it lacks would not show."),
    };
}
