using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Configuration;

namespace Godwit.Engine.Tests.Configuration;

public sealed class DotEnvEditTests
{
    [Theory]
    [InlineData("A=1\n# URL=old\nURL=old\nB=2\n", "A=1\n# URL=old\nURL=new\nB=2\n")]
    [InlineData("export URL=old", "export URL=new")]
    [InlineData("  URL = 'old' \r\nA=1\r\n", "  URL = 'new'\r\nA=1\r\n")]
    [InlineData("URL=\"old\"\n", "URL=\"new\"\n")]
    [InlineData("URL=1\nURL=2\n", "URL=new\nURL=new\n")]
    [InlineData("URLS=1\nMY_URL=2", "URLS=1\nMY_URL=2\nURL=new\n")]
    [InlineData("A=1\r\n", "A=1\r\nURL=new\r\n")]
    [InlineData("", "URL=new\n")]
    public void Only_the_value_changes(string before, string after)
    {
        var former = DotEnvEdit.LinesOf(before, "URL");
        Assert.Equal((after, null), DotEnvEdit.Set(before, "URL", "new"));
        Assert.Equal("new", DotEnvFile.Read(after)["URL"]);
        // What stood there is given back to the letter, but for the line end that a last line had to get.
        Assert.Equal(before.Length == 0 || before.EndsWith('\n') || former.Count > 0 ? before : before + "\n", DotEnvEdit.Restore(after, "URL", former));
    }

    [Theory]
    [InlineData("URL=old", "postgres://app@db/new?a=1&b=2", false)]
    [InlineData("URL=postgres://app@db/old?a=1&b=2", "postgres://app@db/new?b=2&a=1", true)]
    [InlineData("URL='old'", "postgres://app@db/new?a=1&b=2", true)]
    [InlineData("URL='old'", "it's", false)]
    [InlineData("URL=\"old\"", "two words", true)]
    [InlineData("URL=\"old\"", "pa$$word", false)]
    [InlineData("URL='old'", "pa$$word", true)]
    [InlineData("URL=old", "two words", false)]
    [InlineData("URL=two words", "three more words", false)]
    [InlineData("URL=old", "#fragment", false)]
    [InlineData("URL='old'", "two\nlines", false)]
    [InlineData("URL=old", "nul\0", false)]
    public void A_value_that_a_reader_would_take_for_another_is_refused_without_being_shown(string before, string value, bool fits)
    {
        var (text, reason) = DotEnvEdit.Set(before, "URL", value);
        Assert.Equal(fits, text is not null);
        if (text is not null) Assert.Equal(value, DotEnvFile.Read(text)["URL"]);
        else Assert.DoesNotContain(value, reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_somebody_adds_meanwhile_stay()
    {
        var former = DotEnvEdit.LinesOf("A=1\nURL=old\n", "URL");
        Assert.Equal("A=2\nURL=old\nC=3\n", DotEnvEdit.Restore("A=2\nURL=new\nC=3\n", "URL", former));
        Assert.Equal("A=2\nURL=old\n", DotEnvEdit.Restore("A=2\n", "URL", former));
        Assert.Equal("A=2\n", DotEnvEdit.Restore("A=2\nURL=new\n", "URL", []));
    }

    [Fact]
    public void Whatever_the_file_is_it_comes_back()
    {
        var lines = Gen.Elements("A=1", "URL=old", "export URL='x y'", "URL", "#URL=1", "", " =", "URL=\"a\"", "ÄÖ=ü", "URL==", "\r", "\t");
        var files = Gen.ArrayOf(lines).SelectMany(l => Gen.Elements("\n", "\r\n").Select(e => string.Concat(l.Select(t => t + e))));
        Prop.ForAll(files.ToArbitrary(), before =>
        {
            var former = DotEnvEdit.LinesOf(before, "URL");
            var changed = DotEnvEdit.Set(before, "URL", "new").Text!;
            return changed is not null && DotEnvFile.Read(changed)["URL"] == "new" && DotEnvEdit.Restore(changed, "URL", former) == before;
        }).QuickCheckThrowOnFailure();
    }
}
