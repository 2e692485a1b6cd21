using System.Text;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Tests.Expectations;

public sealed class ExpectationTests
{
    [Fact]
    public void A_text_is_compared_and_not_repeated()
    {
        var expected = new Expectation("done", null, null);
        Assert.Null(expected.Refuse("done"));
        Assert.Equal("did not answer \"done\"", expected.Refuse("lovelace"));
        Assert.Equal("answered nothing instead of \"done\"", expected.Refuse(null));
    }

    [Theory]
    [InlineData("5", null)]
    [InlineData("1e1", null)]
    [InlineData("4.9", "answered 4.9, and had to be at least 5 and at most 10")]
    [InlineData("11", "answered 11, and had to be at least 5 and at most 10")]
    [InlineData("lovelace", "did not answer with a number")]
    [InlineData(null, "did not answer with a number")]
    public void A_number_has_bounds(string? answer, string? why) => Assert.Equal(why, new Expectation(null, 5, 10).Refuse(answer));

    [Theory]
    [InlineData("""{"a":[{"b/c":true}]}""", "/a/0/b~1c", null)]
    [InlineData("""{"a":[]}""", "/a/0", "there is no /a/0 in the answer")]
    [InlineData("""{"a":null}""", "/a", "/a answered nothing instead of \"true\"")]
    [InlineData("true", "", null)]
    [InlineData("<html>", "/a", "the answer is no JSON")]
    public void A_value_of_JSON_is_found_by_its_pointer(string body, string at, string? why) =>
        Assert.Equal(why, new JsonExpectation(at, new Expectation("true", null, null)).Refuse(Encoding.UTF8.GetBytes(body)));
}
