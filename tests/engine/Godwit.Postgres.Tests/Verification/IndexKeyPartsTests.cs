using Godwit.Postgres.Verification;

namespace Godwit.Postgres.Tests.Verification;

public sealed class IndexKeyPartsTests
{
    [Theory]
    [InlineData("\"a\"", "\"a\"")]
    [InlineData("\"a\" DESC, \"b\" ASC NULLS FIRST", "\"a\"", "\"b\"")]
    [InlineData("\"a,b\" NULLS LAST, lower(\"c\", 'x,)'), (\"d\" || ',')", "\"a,b\"", "lower(\"c\", 'x,)')", "(\"d\" || ',')")]
    [InlineData("\"a\" COLLATE \"C\" desc", "\"a\" COLLATE \"C\"")]
    [InlineData("\"it''s \"\"DESC\"", "\"it''s \"\"DESC\"")]
    public void Parts_come_apart_at_their_commas_and_lose_their_order(string keySql, params string[] parts) => Assert.Equal(parts, IndexKeyParts.Split(keySql));
}
