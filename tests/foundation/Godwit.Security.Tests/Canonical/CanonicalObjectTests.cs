using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Canonical;

namespace Godwit.Security.Tests.Canonical;

public sealed class CanonicalObjectTests
{
    [Fact]
    public void It_is_the_form_of_the_same_object()
    {
        var texts = ArbMap.Default.GeneratorFor<string>().Where(t => t is null || CanonicalJsonTests.IsUnicode(t));
        var rows = from text in texts
                   from number in ArbMap.Default.GeneratorFor<long?>()
                   from flag in ArbMap.Default.GeneratorFor<bool>()
                   from nested in texts
                   select (text, number % CanonicalJson.LargestNumber, flag, nested);
        Prop.ForAll(rows.ToArbitrary(), row =>
        {
            var (text, number, flag, nested) = row;
            var data = nested is null ? null : new JsonObject { ["z"] = nested, ["a"] = new JsonArray(1, nested) }.ToJsonString();
            var whole = new JsonObject { ["a \"flag\""] = flag };
            if (data is not null) whole["data"] = JsonNode.Parse(data);
            if (number is { } given) whole["number"] = given;
            if (text is not null) whole["text"] = text;
            var written = new CanonicalObject().Add("a \"flag\"", flag).AddJson("data", data).Add("number", number).Add("text", text).ToBytes();
            Assert.Equal(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(whole.ToJsonString())), written);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_object_without_members_is_one_too() => Assert.Equal("{}"u8.ToArray(), new CanonicalObject().Add("a", (string?)null).AddJson("b", null).ToBytes());

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    public void Members_come_in_the_order_of_the_form(string first, string second) =>
        Assert.Throws<ArgumentException>(() => new CanonicalObject().Add(first, true).Add(second, true));

    [Fact]
    public void What_has_no_form_is_an_error()
    {
        Assert.Throws<CanonicalJsonException>(() => new CanonicalObject().Add("a", "half of a pair: \ud800"));
        Assert.Throws<CanonicalJsonException>(() => new CanonicalObject().Add("a", CanonicalJson.LargestNumber + 1));
        Assert.Throws<CanonicalJsonException>(() => new CanonicalObject().AddJson("a", "{"));
        Assert.Throws<CanonicalJsonException>(() => new CanonicalObject().AddJson("a", "1.5"));
    }
}
