using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Engine.Runs;
using Godwit.Engine.Timetables;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Timetables;

public sealed class TimetableTests
{
    private const string Night = """
        {"zone":"UTC","date":"2026-11-24","entries":[
         {"at":"23:30","what":"Final decision","who":["CTO"],"decision":true},
         {"at":"02:15","what":"Schema","phase":"expand"},
         {"after":"4h","what":"Backfill over","done":"backfill"},
         {"at":"06:00","what":"Over"}]}
        """;

    [Fact]
    public void Times_go_over_midnight_and_count_from_the_first()
    {
        var timetable = Timetable.Of(JsonNode.Parse(Night)!.AsObject(), At("2026-01-01T00:00:00Z"))!;
        Assert.Equal(["2026-11-24T23:30:00Z", "2026-11-25T02:15:00Z", "2026-11-25T03:30:00Z", "2026-11-25T06:00:00Z"], timetable.Entries.Select(e => e.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_phase_tells_what_is_done_and_what_is_late()
    {
        var timetable = Timetable.Of(JsonNode.Parse(Night)!.AsObject(), At("2026-01-01T00:00:00Z"))!;
        var late = timetable.Stand(At("2026-11-25T02:35:00Z"), []);
        Assert.Equal(["past", "late", "ahead", "ahead"], late.Select(s => s.State));
        Assert.Equal(TimeSpan.FromMinutes(20), late[1].Late);
        Assert.Equal("late by 00:20: Schema; next at Wed 2026-11-25 03:30 UTC: Backfill over", timetable.Summary(At("2026-11-25T02:35:00Z"), []));
        PhaseRow[] begun = [new(Phase.Expand, At("2026-11-25T02:30:00Z"), null, "")];
        Assert.Equal(("done", TimeSpan.FromMinutes(15)), (timetable.Stand(At("2026-11-25T02:35:00Z"), begun)[1].State, timetable.Stand(At("2026-11-25T02:35:00Z"), begun)[1].Late));
    }

    [Fact]
    public void A_decision_by_a_gate_is_held_from_its_time_until_it_is_made()
    {
        var settings = JsonNode.Parse("""{"zone":"UTC","date":"2026-11-24","entries":[{"at":"01:30","what":"Go","gate":"go"}]}""")!.AsObject();
        var timetable = Timetable.Of(settings, At("2026-11-24T00:00:00Z"))!;
        Assert.True(timetable.Entries[0].Decision);
        var none = new HashSet<string>(StringComparer.Ordinal);
        Assert.Equal(("ahead", null), Standing("2026-11-24T01:29:00Z", none));
        Assert.Equal(("held", TimeSpan.FromMinutes(30)), Standing("2026-11-24T02:00:00Z", none));
        Assert.Equal(("go", null), Standing("2026-11-24T02:00:00Z", new HashSet<string>(["go"], StringComparer.Ordinal)));
        // A plan without a run: nobody can tell.
        Assert.Equal("past", timetable.Stand(At("2026-11-24T02:00:00Z"), [])[0].State);

        (string, TimeSpan?) Standing(string now, IReadOnlySet<string> made)
        {
            var standing = timetable.Stand(At(now), [], made)[0];
            return (standing.State, standing.Late);
        }
    }

    [Fact]
    public void Without_a_date_it_is_the_day_nearest_to_the_run()
    {
        var settings = JsonNode.Parse("""{"zone":"UTC","entries":[{"at":"01:30","what":"x"}]}""")!.AsObject();
        Assert.Equal(At("2026-11-25T01:30:00Z"), Timetable.Of(settings, At("2026-11-24T22:00:00Z"))!.Entries[0].At);
        Assert.Equal(At("2026-11-25T01:30:00Z"), Timetable.Of(settings, At("2026-11-25T06:00:00Z"))!.Entries[0].At);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
