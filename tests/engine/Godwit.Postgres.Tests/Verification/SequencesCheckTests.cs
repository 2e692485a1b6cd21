using Godwit.Model.Findings;
using Godwit.Postgres.Verification;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Verification;

public sealed class SequencesCheckTests(PostgresServers servers)
{
    [Theory]
    [InlineData("SELECT setval('{Artist_Id_seq}', 10, false)", "is behind by 1: it gives 10 next where 11 is due")]
    [InlineData("SELECT setval('{Artist_Id_seq}', 11, true)", "is ahead by 1: it gives 12 next where 11 is due")]
    [InlineData("SELECT setval('{Artist_Id_seq}', 1, false)", "is behind by 10: it gives 1 next where 11 is due")]
    [InlineData("SELECT nextval('{Artist_Id_seq}')", "is ahead by 1: it gives 12 next where 11 is due")]
    [InlineData("SELECT setval('{Artist_Id_seq}', 10)", null)]
    [InlineData("INSERT INTO {Artist} VALUES (20, 'Dot')", "is behind by 10: it gives 11 next where 21 is due")]
    [InlineData("INSERT INTO {Artist} VALUES (11, 'Dot');;SELECT setval('{Artist_Id_seq}', 11)", null)]
    [InlineData("ALTER SEQUENCE {Artist_Id_seq} INCREMENT 2", "steps by 2, not by 1")]
    [InlineData("ALTER SEQUENCE {Artist_Id_seq} MAXVALUE 1000", "ends at 1000, not at its type's 9223372036854775807")]
    [InlineData("INSERT INTO {Artist} VALUES (9223372036854775807, 'Dot');;SELECT setval('{Artist_Id_seq}', 9223372036854775807)", null)]
    [InlineData("INSERT INTO {Artist} VALUES (9223372036854775807, 'Dot');;SELECT setval('{Artist_Id_seq}', 9223372036854775807, false)", "is behind by 1: it gives 9223372036854775807 next where 9223372036854775808 is due")]
    public async Task A_sequence_that_stands_wrong_is_named_with_its_distance(string damage, string? difference)
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await target.DamageAsync(damage);
        var result = await target.CheckAsync(new SequencesCheck());
        if (difference is null)
        {
            Assert.Empty(result.Findings);
            return;
        }
        var finding = Assert.Single(result.Findings);
        Assert.Equal(FindingCodes.SequenceWrong, finding.Code);
        Assert.Equal("the sequence of column Id of Artist " + difference, finding.Message);
    }

    [Fact]
    public async Task A_missing_sequence_is_named()
    {
        var target = await MusicTarget.MakeAsync(await servers.DefaultAsync());
        await target.DamageAsync("ALTER TABLE {Artist} ALTER \"Id\" DROP IDENTITY");
        Assert.Equal("column Id of Artist has no sequence", Assert.Single((await target.CheckAsync(new SequencesCheck())).Findings).Message);
    }
}
