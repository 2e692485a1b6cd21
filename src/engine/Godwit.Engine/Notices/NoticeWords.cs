namespace Godwit.Engine.Notices;

/// <summary>Godwit's own words for each event and audience. A line whose placeholders all have no value is left out.</summary>
internal static class NoticeWords
{
    public static (string Subject, string Text) Of(NoticeEvent told, NoticeAudience audience) =>
        audience == NoticeAudience.Customers ? Customers(told) : Team(told, audience == NoticeAudience.OnCall);

    private static (string, string) Customers(NoticeEvent told) => told switch
    {
        NoticeEvent.Before => ("{run}: planned maintenance", "Planned maintenance of {run} begins soon.\nWindow: {window}\nMore: {link}"),
        NoticeEvent.Began => ("{run}: maintenance has begun", "Planned maintenance of {run} has begun.\nWe expect it to be over by {eta}.\nMore: {link}"),
        NoticeEvent.Phase or NoticeEvent.Resumed => ("{run}: maintenance continues", "Planned maintenance of {run} is going on as planned.\nWe expect it to be over by {eta}.\nMore: {link}"),
        NoticeEvent.ApprovalNeeded or NoticeEvent.Paused or NoticeEvent.Failed => ("{run}: maintenance takes longer", "Planned maintenance of {run} takes longer than expected. We are working on it.\nMore: {link}"),
        NoticeEvent.Done => ("{run}: maintenance is over", "Planned maintenance of {run} is over, and everything is in operation.\nMore: {link}"),
        NoticeEvent.Finished => ("{run}: all work is finished", "All work on {run} is finished.\nMore: {link}"),
        _ => ("{run}: maintenance was ended", "Planned maintenance of {run} was ended, and everything is as it was before.\nMore: {link}"),
    };

    private static (string, string) Team(NoticeEvent told, bool onCall)
    {
        var (subject, text) = told switch
        {
            NoticeEvent.Before => ("{run}: window opens soon", "The phase {phase} of {run} begins when its window opens: {window}."),
            NoticeEvent.Began => ("{run} began", "The run of {run} began.\nExpected to be over by {eta}."),
            NoticeEvent.Phase => ("{run}: {phase} begins", "The phase {phase} of {run} begins.\nExpected to be over by {eta}."),
            NoticeEvent.ApprovalNeeded => ("{run}: approval needed for {phase}", "The run of {run} waits for approval before {phase}.\nNeeded: {roles}\nSo far: {reason}"),
            NoticeEvent.Paused => ("{run} paused", "The run of {run} paused: {reason}"),
            NoticeEvent.Resumed => ("{run} goes on", "The run of {run} was resumed and goes on.\nBefore: {reason}"),
            NoticeEvent.Failed => ("{run} FAILED", "The run of {run} halts, since something failed: {reason}"),
            NoticeEvent.Done => ("{run} is done", "The run of {run} is done: the new is in use, and the way back is open."),
            NoticeEvent.Finished => ("{run} is finished", "The run of {run} is finished: nothing is left to do."),
            NoticeEvent.RolledBack => ("{run} was rolled back", "The run of {run} was rolled back."),
            _ => ("{run} was given up", "The run of {run} was given up as it was. Nothing was undone."),
        };
        var next = told switch
        {
            NoticeEvent.Paused or NoticeEvent.Failed => "`godwit status` shows where it stands, `godwit resume` goes on, `godwit rollback` goes back.\n",
            NoticeEvent.ApprovalNeeded => "Contact: {contacts}\n",
            _ => "",
        };
        var lead = onCall && told is NoticeEvent.Failed or NoticeEvent.Paused ? "You are on call for this run.\n" : "";
        return (subject, $"{lead}{text}\n{next}Timetable: {{timetable}}\nOn call: {{oncall}}\nRun: {{id}}\nMore: {{link}}");
    }
}
