using Godwit.Engine.Tests.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using static Godwit.Engine.Tests.Verification.TwoSides;

namespace Godwit.Engine.Tests.Verification;

/// <summary>Every way in which a row can differ is named by row and column.</summary>
public sealed class DifferingRowsTests
{
    private static readonly string Differ = FindingCodes.RowsDiffer.Id;
    private static readonly string Missing = FindingCodes.RowMissing.Id;
    private static readonly string Extra = FindingCodes.RowExtra.Id;

    [Fact]
    public async Task Equal_sides_have_no_findings()
    {
        var sides = Keyed(100);
        Assert.Empty(await sides.FindingsAsync());
        Assert.True((await sides.RunAsync()).Verified);
    }

    [Fact]
    public async Task A_changed_row_is_named_with_its_columns()
    {
        var sides = Keyed(100);
        sides.Target[41] = [Bigint(42), Text(42), Text("other")];
        sides.Target[54] = [Bigint(55), null, Text("other")];
        Assert.Equal([$"{Differ} t, row 42, column note", $"{Differ} t, row 55, column name, note"], (await sides.SaidAsync()).Order());
    }

    [Fact]
    public async Task NULL_and_empty_text_are_not_the_same()
    {
        var sides = Keyed(3);
        sides.Target[1] = [Bigint(2), [], Text(1002)];
        sides.Source[1] = new MemoryRow(2, Bigint(2), null, Text(1002));
        Assert.Equal([$"{Differ} t, row 2, column name"], await sides.SaidAsync());
    }

    [Fact]
    public async Task Bytes_that_moved_from_one_column_to_the_next_are_a_difference()
    {
        var sides = Keyed(3);
        sides.Source[1] = new MemoryRow(2, Bigint(2), [1, 2], [3]);
        sides.Target[1] = [Bigint(2), [1], [2, 3]];
        Assert.Equal([$"{Differ} t, row 2, column name, note"], await sides.SaidAsync());
    }

    [Fact]
    public async Task A_lost_row_is_missing()
    {
        var sides = Keyed(100);
        sides.Target.RemoveAt(99);
        sides.Target.RemoveAt(0);
        Assert.Equal([$"{Missing} t, row 1", $"{Missing} t, row 100"], (await sides.SaidAsync()).Order());
    }

    [Fact]
    public async Task A_doubled_row_is_extra()
    {
        var sides = Keyed(100);
        sides.Target.Add(sides.Target[6]);
        Assert.Equal([$"{Extra} t, row 7"], await sides.SaidAsync());
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(101)]
    [InlineData(long.MaxValue)]
    public async Task An_extra_row_is_extra(long id)
    {
        var sides = Keyed(100);
        sides.Target.Add([Bigint(id), Text(1), null]);
        Assert.Equal([$"{Extra} t, row {id}"], await sides.SaidAsync());
    }

    [Fact]
    public async Task Values_swapped_between_rows_are_two_changed_rows()
    {
        var sides = Keyed(100);
        (sides.Target[10][1], sides.Target[80][1]) = (sides.Target[80][1], sides.Target[10][1]);
        sides.Source[10] = new MemoryRow(11, Bigint(11), Text(11), Text(1011));
        sides.Source[80] = new MemoryRow(81, Bigint(81), Text(81), Text(1081));
        Assert.Equal([$"{Differ} t, row 11, column name", $"{Differ} t, row 81, column name"], (await sides.SaidAsync()).Order());
    }

    [Fact]
    public async Task Rows_in_another_order_are_equal()
    {
        foreach (var sides in (TwoSides[])[Keyed(50), Keyless(50)])
        {
            sides.Target.Reverse();
            Assert.Empty(await sides.SaidAsync());
        }
    }

    [Fact]
    public async Task A_row_that_went_to_another_key_is_missing_and_extra()
    {
        var sides = Keyed(30);
        sides.Target[3] = [Bigint(1004), Text(4), Text(1004)];
        Assert.Equal([$"{Extra} t, row 1004", $"{Missing} t, row 4"], (await sides.SaidAsync()).ToHashSet());
    }

    [Fact]
    public async Task A_key_of_two_integers_names_the_row_by_both()
    {
        var sides = new TwoSides(TablePlans.Table(TablePlans.Key("a"), TablePlans.Key("b"), TablePlans.Column("c", TargetType.Text)) with { KeyColumns = [1, 0], HasRowId = false });
        for (var i = 0; i < 20; i++) sides.Add(i + 1, Bigint(i), Bigint(-i), Text(i));
        sides.Target[5] = [Bigint(5), Bigint(-5), null];
        sides.Target.RemoveAt(7);
        Assert.Equal([$"{Differ} t, row -5,5, column c", $"{Missing} t, row -7,7"], (await sides.SaidAsync()).Order());
    }

    [Fact]
    public async Task A_key_that_is_a_value_is_not_shown()
    {
        var table = TablePlans.Table(TablePlans.Column("name", TargetType.Text), TablePlans.Column("note", TargetType.Text)) with { KeyColumns = [0] };
        var sides = new TwoSides(table);
        for (var i = 1; i <= 20; i++) sides.Add(i, Text(i), Text(i));
        sides.Target[4] = [Text(5), Text("other")];
        sides.Target.RemoveAt(9);
        sides.Target.Add([Text("new"), null]);
        var said = (await sides.SaidAsync()).Order().ToList();
        Assert.Equal(3, said.Count);
        Assert.Contains($"{Differ} t, row 5, column note", said);
        Assert.Contains($"{Missing} t, row 10", said);
        Assert.Contains(said, s => s.StartsWith($"{Extra} t, row with the key whose SHA-256 begins ", StringComparison.Ordinal));

        sides.Table = table with { HasRowId = false };
        Assert.Contains($"{Missing} t, row number 10 in key order", await sides.SaidAsync());
    }

    [Fact]
    public async Task Keyless_duplicates_lost_and_doubled_are_counted_one_by_one()
    {
        var sides = Keyless(0);
        for (var i = 1; i <= 6; i++) sides.Add(i, Text("same"), null);
        Assert.Empty(await sides.SaidAsync());
        sides.Target.RemoveRange(0, 2);
        Assert.Equal(2, (await sides.SaidAsync()).Count(s => s.StartsWith($"{Missing} t, row ", StringComparison.Ordinal)));
        sides.Target.AddRange(Enumerable.Repeat<byte[]?[]>([Text("same"), null], 5));
        Assert.Equal(Enumerable.Repeat($"{Extra} t", 3), await sides.SaidAsync());
    }

    [Fact]
    public async Task A_change_without_a_key_is_a_missing_and_an_extra_row()
    {
        var sides = Keyless(40);
        sides.Target[20] = [Text("other"), null];
        Assert.Equal([$"{Extra} t", $"{Missing} t, row 21"], (await sides.SaidAsync()).OrderBy(s => s.Length));
    }

    [Fact]
    public async Task A_row_too_large_to_hold_is_named_all_the_same()
    {
        foreach (var decoding in (Engine.Rows.SecondDecoding[])[Engine.Rows.SecondDecoding.Every, Engine.Rows.SecondDecoding.Sample])
        {
            var sides = Keyed(20);
            sides.Decoding = decoding;
            var large = new byte[Engine.Rows.RowImageBuffer.Capacity * 2];
            sides.Add(21, Bigint(21), large, null);
            Assert.Empty(await sides.SaidAsync());
            var other = large.ToArray();
            other[^1] = 1;
            sides.Target[^1] = [Bigint(21), other, null];
            var said = Assert.Single(await sides.SaidAsync());
            Assert.StartsWith($"{Differ} t, row 21, column ", said);
        }
    }
}
