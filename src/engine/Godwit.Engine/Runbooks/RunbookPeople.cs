using Godwit.Documents.Shapes;
using Godwit.Engine.Notices;
using Godwit.Engine.OnCall;
using Godwit.Engine.Timetables;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>What does not fit together in the parts of a runbook that are about people: notices, mail, who is on call, the timetable. Of what could not be read, that is said already.</summary>
internal static class RunbookPeople
{
    public static IEnumerable<Finding> Check(Runbook runbook, IReadOnlyList<RunbookDocument> documents, HashSet<Place> wrong)
    {
        var root = documents[^1];
        var findings = new List<Finding>();
        // In the order in which they are merged.
        var places = documents.SelectMany(d => d.Value.Maps("notices").Index().Select(n => (Document: d, Pointer: JsonPointer.Below("/notices", n.Index)))).ToList();
        if (!places.Exists(p => new SettingsPlaces(p.Document.Places, p.Pointer).Overlaps(wrong)))
            findings.AddRange(NoticeCheck.FindFaults(runbook.Notices, NoticeCheck.Waits(runbook.Phases), (i, pointer) => new SettingsPlaces(places[i].Document.Places, places[i].Pointer).At(pointer)));
        if (Readable("/mail") && runbook.Mail is { } mail) findings.AddRange(MailShape.FindFaults(mail, runbook.Notices, At("/mail")));
        if (Readable("/oncall") && runbook.OnCall is { } onCall) findings.AddRange(OnCallShape.FindFaults(onCall, [.. runbook.Roles.Keys], At("/oncall")));
        if (Readable("/timetable") && runbook.Timetable is { } timetable) findings.AddRange(TimetableShape.FindFaults(timetable, runbook.Phases, At("/timetable")));
        return findings;

        bool Readable(string pointer) => !new SettingsPlaces(root.Places, pointer).Overlaps(wrong);

        Func<string, Place.InFile?> At(string pointer) => new SettingsPlaces(root.Places, pointer).At;
    }
}
