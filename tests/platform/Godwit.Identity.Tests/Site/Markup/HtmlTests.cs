using Godwit.Identity.Site.Markup;

namespace Godwit.Identity.Tests.Site.Markup;

[Trait("ASVS", "1.2.1")]
public sealed class HtmlTests
{
    private const string Hostile = "<script>alert('1')</script> & \"quoted\"";

    [Fact]
    public void What_is_put_into_a_page_is_text_whatever_it_says() =>
        Assert.Equal("<p title=\"&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;</p>", Html.Of($"<p title=\"{Hostile}\">{Hostile}</p>").ToString());

    [Fact]
    public void Markup_of_ours_stays_markup_and_an_attribute_is_there_or_not() => Assert.Equal(
        "<ul><li class=\"on\"><b>a &amp; b</b></li><li>&lt;</li></ul><input name=\"a\" checked value=\"&quot;\">",
        Html.Of($"<ul>{new[] { Html.Of($"<li{HtmlAttribute.Optional("class", "on")}>{Html.Of($"<b>{"a & b"}</b>")}</li>"), Html.Of($"<li{HtmlAttribute.Optional("class", null)}>{"<"}</li>") }}</ul><input name=\"a\"{HtmlAttribute.Flag("checked", true)}{HtmlAttribute.Flag("disabled", false)}{HtmlAttribute.Optional("value", "\"")}>").ToString());

    [Fact]
    public void A_value_stands_nowhere_where_escaping_does_not_help()
    {
        Refused(v => Html.Of($"<p title={v}>"));
        Refused(v => Html.Of($"<{v}>"));
        Refused(v => Html.Of($"<p {v}>"));
        Refused(v => Html.Of($"<p {v}=\"1\">"));
        Refused(v => Html.Of($"<button onclick=\"{v}\">x</button>"));
        Refused(v => Html.Of($"<p style=\"{v}\">x</p>"));
        Refused(v => Html.Of($"<script>{v}</script>"));
        Refused(v => Html.Of($"<style>{v}</style>"));
        Refused(v => Html.Of($"<p>{v}</p"));
        Refused(v => Html.Of($"<p title='{v}'>x</p>"));
        Refused(v => Html.Of($"<p{HtmlAttribute.Optional("onclick", v)}>x</p>"));
        Refused(v => Html.Of($"<a{HtmlAttribute.Optional("href", v)}>x</a>"));
        Refused(v => Html.Of($"<p title=\"{Html.Of($"<b>{v}</b>")}\">x</p>"));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("")]
    public void An_address_leads_to_this_site(string address)
    {
        Assert.Throws<ArgumentException>(() => Html.Of($"<a href=\"{address}\">x</a>"));
        Assert.Throws<ArgumentException>(() => Html.Of($"<form action=\"{address}\"></form>"));
        Assert.Equal("<a href=\"/account?a=1&amp;b=2\">x</a>", Html.Of($"<a href=\"{"/account?a=1&b=2"}\">x</a>").ToString());
    }

    private static void Refused(Func<string, Html> template) => Assert.Throws<ArgumentException>(() => template("value"));
}
