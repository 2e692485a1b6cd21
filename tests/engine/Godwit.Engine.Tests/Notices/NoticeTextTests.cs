using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Notices;
using Godwit.Engine.Notices.Channels;

namespace Godwit.Engine.Tests.Notices;

public sealed class NoticeTextTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    /// <summary>What ends a header and begins another, in every spelling, among ordinary text.</summary>
    private static readonly Gen<string> s_hostile = Gen.Elements(
        "\r\n", "\n", "\r", "\r\n\r\n", "\0", "\u0085", "\u2028", "\u2029", "\u000b", "\u000c", "\u001b", "Bcc: evil@example.org", "Subject:", "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=", "%0d%0a", "\\r\\n",
        "<script>", "{run}", "{{", "}", "a", " ", "é", "日本", "😀", "\ud800", "\udc00", ".\r\n", "@everyone", "<!channel>").ListOf().Select(string.Concat);

    [Fact]
    public void No_text_makes_a_second_header_of_a_subject() => Check.One(s_many, Prop.ForAll(s_hostile.ToArbitrary(), text =>
    {
        var subject = NoticeText.FillLine("{run}: {reason}" + text, new Dictionary<string, string>(StringComparer.Ordinal) { ["run"] = text, ["reason"] = text }, NoticeFacts.LongestSubject);
        if (subject.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') || subject.Length > NoticeFacts.LongestSubject + 2) return false;
        using var message = MailChannel.Write("godwit@example.org", "ada@example.org", Parcel(text, text));
        return message.Headers.Count == 4 && message.Headers.AllKeys.All(k => !message.Headers[k]!.Contains('\n') && !message.Headers[k]!.Contains('\r'))
            && message.To.Count == 1 && message.Bcc.Count == 0 && message.CC.Count == 0 && !message.Subject.Contains('\n') && !message.Subject.Contains('\r');
    }));

    [Fact]
    public void No_text_is_a_mail_address_that_could_say_more() => Check.One(s_many, Prop.ForAll(s_hostile.ToArbitrary(), text =>
        !NoticeCheck.IsAddress($"ada@example.org{text}") || text.All(char.IsAsciiLetter)));

    [Theory]
    [InlineData("ada@example.org", true)]
    [InlineData("a.b+c@x-y.example", true)]
    [InlineData("root@localhost", true)]
    [InlineData("Ada <ada@example.org>", false)]
    [InlineData("ada@example.org, bob@example.org", false)]
    [InlineData("ada@example.org\n", false)]
    [InlineData("\"ada b\"@example.org", false)]
    [InlineData("ada@[127.0.0.1]", false)]
    [InlineData("ada.@example.org", false)]
    [InlineData("ada", false)]
    public void An_address_is_one_that_every_server_takes_as_it_is(string text, bool isOne) => Assert.Equal(isOne, NoticeCheck.IsAddress(text));

    [Theory]
    [InlineData("{run} is at {phase}", "shop is at switch")]
    [InlineData("a\nMore: {link}\nb", "a\nb")]
    [InlineData("{run}: {link}", "shop:")]
    [InlineData("{{run}} and {{", "{run}} and {")]
    [InlineData("{ run } {", "{ run } {")]
    public void Placeholders_are_filled_in_and_lines_without_a_value_left_out(string text, string filled) =>
        Assert.Equal(filled, NoticeText.Fill(text, new Dictionary<string, string>(StringComparer.Ordinal) { ["run"] = "shop", ["phase"] = "switch", ["link"] = "" }));

    [Fact]
    public void What_is_filled_in_is_not_looked_at_again() =>
        Assert.Equal("{reason} {run}", NoticeText.Fill("{run}", new Dictionary<string, string>(StringComparer.Ordinal) { ["run"] = "{reason} {run}", ["reason"] = "no" }));

    [Fact]
    public void A_long_line_is_cut_between_characters()
    {
        var line = NoticeText.Line(string.Concat(Enumerable.Repeat("😀", 300)), 200);
        Assert.Equal(201, line.Length);
        Assert.False(char.IsHighSurrogate(line[^2]));
    }

    [Fact]
    public void Every_event_has_words_for_every_audience_that_customers_may_read()
    {
        foreach (var told in NoticeEvents.All)
        {
            foreach (var audience in Enum.GetValues<NoticeAudience>())
            {
                var (subject, text) = NoticeWords.Of(told, audience);
                Assert.All(NoticeText.NamesIn(subject + text), n => Assert.Contains(n, NoticeText.Placeholders));
                if (audience == NoticeAudience.Customers) Assert.Empty(NoticeText.NamesIn(subject + text).Intersect(NoticeText.Internal));
            }
            Assert.Equal(told, NoticeEvents.Find(NoticeEvents.Word(told)));
        }
    }

    [Fact]
    public void A_key_is_the_same_for_each_attempt_and_another_for_all_else()
    {
        var run = Guid.NewGuid();
        var keys = new[]
        {
            NoticeParcel.KeyOf(run, "a", 0, NoticeEvent.Began, "1"), NoticeParcel.KeyOf(run, "a", 1, NoticeEvent.Began, "1"), NoticeParcel.KeyOf(run, "b", 0, NoticeEvent.Began, "1"),
            NoticeParcel.KeyOf(run, "a", 0, NoticeEvent.Done, "1"), NoticeParcel.KeyOf(run, "a", 0, NoticeEvent.Began, "2"), NoticeParcel.KeyOf(Guid.NewGuid(), "a", 0, NoticeEvent.Began, "1"),
        };
        Assert.Equal(6, keys.Distinct().Count());
        Assert.Equal(keys[0], NoticeParcel.KeyOf(run, "a", 0, NoticeEvent.Began, "1"));
    }

    private static NoticeParcel Parcel(string subject, string text) => new(
        1, "a", 0, NoticeEvent.Began, "1", false, 1,
        new NoticeContent { Subject = subject, Text = text, Event = "began", Runbook = "shop", Run = Guid.Empty, At = DateTimeOffset.UnixEpoch, Audience = "team", State = "running" });
}
