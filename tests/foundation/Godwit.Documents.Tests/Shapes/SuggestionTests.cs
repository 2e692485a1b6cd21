using Godwit.Documents.Shapes;

namespace Godwit.Documents.Tests.Shapes;

public sealed class SuggestionTests
{
    private static readonly string[] s_known = ["steps", "gates", "deadline", "up", "keep_old"];

    [Theory]
    [InlineData("stpes", "steps")]
    [InlineData("step", "steps")]
    [InlineData("Steps", "steps")]
    [InlineData("gate", "gates")]
    [InlineData("dead_line", "deadline")]
    [InlineData("keepold", "keep_old")]
    [InlineData("keep-old", "keep_old")]
    [InlineData("pu", "up")]
    [InlineData("tripwires", null)]
    [InlineData("", null)]
    public void A_slip_is_recognised_and_another_word_is_not(string written, string? meant) =>
        Assert.Equal(meant, Suggestion.For(written, s_known));
}
