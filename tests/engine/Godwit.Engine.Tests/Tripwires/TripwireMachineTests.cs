using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Figures;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Tests.Tripwires;

/// <summary>Looks as letters, one a second: o out of bounds, i within, - no number, and _ for ten seconds in which nobody looks.</summary>
public sealed class TripwireMachineTests
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData("o", 0, "0 OutOfBounds")]
    [InlineData("iiii", 0, "")]
    [InlineData("ooo", 2, "2 OutOfBounds")]
    [InlineData("oo", 2, "")]
    [InlineData("oioioi", 2, "")]
    [InlineData("ooooooo", 2, "2 OutOfBounds")]
    [InlineData("oooiooo", 2, "2 OutOfBounds,6 OutOfBounds")]
    [InlineData("o-o", 2, "2 OutOfBounds")]
    [InlineData("o--", 2, "")]
    [InlineData("-----", 0, "4 NoData")]
    [InlineData("i-----", 0, "4 NoData")]
    [InlineData("-----------", 0, "4 NoData")]
    [InlineData("-----i-----", 0, "4 NoData,9 NoData")]
    [InlineData("o----o", 3, "4 NoData")]
    [InlineData("o_oo", 2, "")]
    [InlineData("oio" + "ioioioi", 2, "9 Flapping")]
    [InlineData("oioiiiioioi", 2, "")]
    public void It_fires_when_and_for_what_it_has_to(string looks, int seconds, string fires) => Assert.Equal(fires, string.Join(',', Run(looks, seconds).Select(f => $"{f.At} {f.Cause}")));

    [Fact]
    public void It_fires_for_being_out_exactly_where_a_naive_reading_of_the_rule_says() => Prop.ForAll(
        Looks().ToArbitrary(),
        ArbMap.Default.ArbFor<byte>(),
        (looks, seconds) =>
        {
            var time = seconds % 5;
            Assert.Equal(Naive(looks, time), Run(looks, time).Where(f => f.Cause == TripwireCause.OutOfBounds).Select(f => f.At));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Silence_is_never_taken_for_fine() => Prop.ForAll(
        Looks().ToArbitrary(),
        looks =>
        {
            var fired = Run(looks, 3).Where(f => f.Cause == TripwireCause.NoData).Select(f => f.At).ToHashSet();
            // Each stretch without a number that is as long as it may be has one shot, at its end.
            foreach (var stretch in Regex.Matches(looks, "-+", RegexOptions.None, TimeSpan.FromSeconds(1)).Cast<Match>())
            {
                var at = stretch.Index;
                var since = at == 0 ? 0 : at - 1;
                var due = since + (int)s_silence.TotalSeconds;
                Assert.Equal(due < at + stretch.Length, fired.Contains(due));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_same_looks_give_the_same_end_wherever_the_process_was_begun_anew() => Prop.ForAll(
        Looks().ToArbitrary(),
        ArbMap.Default.ArbFor<byte>(),
        (looks, cut) =>
        {
            // What it is goes through its row, and nothing else is kept.
            var whole = Run(looks, 2);
            var at = looks.Length == 0 ? 0 : cut % looks.Length;
            var state = TripwireState.Begin;
            var parts = Run(looks[..at], 2, ref state, 0).Concat(Run(looks[at..], 2, ref state, at)).ToList();
            Assert.Equal(whole, parts);
        }).QuickCheckThrowOnFailure();

    private static List<(int At, TripwireCause Cause)> Run(string looks, int seconds)
    {
        var state = TripwireState.Begin;
        return Run(looks, seconds, ref state, 0);
    }

    private static List<(int At, TripwireCause Cause)> Run(string looks, int seconds, ref TripwireState state, int from)
    {
        var fires = new List<(int, TripwireCause)>();
        var skipped = 0;
        foreach (var (i, look) in looks.Index())
        {
            if (look == '_')
            {
                skipped += 9;
                continue;
            }
            var reading = look switch { 'o' => FigureReading.Of(2), 'i' => FigureReading.Of(0), _ => FigureReading.None("nobody answers") };
            (state, var cause) = TripwireMachine.Next(state, s_begin.AddSeconds(from + i + skipped), reading, n => n > 1, TimeSpan.FromSeconds(seconds), s_silence);
            if (cause is { } fired) fires.Add((from + i, fired));
        }
        return fires;
    }

    /// <summary>Out at every look with a number since so many seconds ago, a number at least every four seconds meanwhile, and not fired since it was last within.</summary>
    private static List<int> Naive(string looks, int seconds)
    {
        var fires = new List<int>();
        for (var i = 0; i < looks.Length; i++)
        {
            if (looks[i] != 'o') continue;
            var begin = i;
            var last = i;
            for (var j = i - 1; j >= 0 && looks[j] != 'i' && last - j <= (int)s_silence.TotalSeconds; j--)
            {
                if (looks[j] == 'o') (begin, last) = (j, j);
            }
            var within = looks.LastIndexOf('i', i);
            var before = fires.Count == 0 ? -1 : fires[^1];
            if (i - begin >= seconds && (before < 0 || before < within)) fires.Add(i);
        }
        return fires;
    }

    private static Gen<string> Looks() => Gen.Elements('o', 'o', 'i', '-').ListOf().Select(l => new string([.. l]));
}
