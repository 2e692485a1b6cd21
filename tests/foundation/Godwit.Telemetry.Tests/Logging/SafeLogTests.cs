using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Telemetry.Logging;

namespace Godwit.Telemetry.Tests.Logging;

public sealed class SafeLogTests
{
    private static readonly LogEvent s_copied = new(1201, "TableCopied", LogLevel.Information, "copied {rows} rows of {table}");
    private static readonly LogEvent s_note = new(1202, "Noted", LogLevel.Warning, "{text}");

    [Fact]
    public void A_line_holds_time_level_event_fields_and_the_sentence() =>
        Assert.Equal(
            """{"time":"2024-02-29T23:59:58.070Z","level":"information","id":1201,"event":"TableCopied","fields":{"table":"orders","rows":42},"message":"copied 42 rows of orders"}""" + "\n",
            Logged(s_copied, LogField.Of("table", "orders"), LogField.Of("rows", 42)));

    [Fact]
    public void Values_keep_their_JSON_types()
    {
        using var line = JsonDocument.Parse(Logged(
            s_note,
            LogField.Of("text", (string?)null),
            LogField.Of("share", 0.25),
            LogField.Of("odd", double.NaN),
            LogField.Of("done", value: true),
            LogField.Of("took", TimeSpan.FromMilliseconds(1500)),
            LogField.Of("fault", new InvalidOperationException("Ada's row", new FormatException("Ada")))));
        var fields = line.RootElement.GetProperty("fields");
        Assert.Equal(
            """{"text":null,"share":0.25,"odd":"NaN","done":true,"took":1.5,"fault":"System.InvalidOperationException \u003C System.FormatException"}""",
            fields.GetRawText());
    }

    [Theory]
    [InlineData("a\nfake line")]
    [InlineData("a\r\n{\"level\":\"error\"}")]
    [InlineData("\u001b[31mred\u001b[0m\u001b]0;title\u0007")]
    [InlineData("\0\u0001\u0008\u007f\u0080\u0085\u009b")]
    [InlineData("\u202eevil\u202c \u2066x\u2069 \u200f\u061c")]
    [InlineData("\u2028\u2029\ufeff\u200b")]
    [InlineData("\"}, \"forged\": {\"")]
    [InlineData("<script>alert(1)</script>&'")]
    [InlineData("Größe 表 😀")]
    [InlineData("\udb40\udc41")]
    public void An_attack_in_a_value_stays_one_line_of_printable_ASCII_and_reads_back(string attack)
    {
        var line = Logged(s_note, LogField.Of("text", attack));
        AssertOneSafeLine(line);
        using var document = JsonDocument.Parse(line);
        Assert.Equal(attack, document.RootElement.GetProperty("fields").GetProperty("text").GetString());
        Assert.Equal(attack, document.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void An_attack_in_a_name_or_a_template_is_escaped_too() =>
        AssertOneSafeLine(Logged(new LogEvent(1, "a\nb\u202e", LogLevel.Error, "c\u001b[2Jd"), LogField.Of("e\nf\u202e", "g")));

    [Fact]
    [Trait("ASVS", "16.4.1")]
    public void Any_text_at_all_is_one_line_of_printable_ASCII() =>
        Prop.ForAll<string>(text =>
        {
            AssertOneSafeLine(Logged(s_note, LogField.Of("text", text)));
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_lone_surrogate_is_replaced() =>
        Assert.Contains("""{"text":"a\uFFFDb"}""", Logged(s_note, LogField.Of("text", "a\ud800b")), StringComparison.Ordinal);

    [Theory]
    [InlineData("password")]
    [InlineData("apiKey")]
    [InlineData("db_token")]
    [InlineData("Authorization")]
    [InlineData("clientSecret")]
    public void A_field_with_a_secret_name_is_masked_whatever_it_holds(string name)
    {
        var named = new LogEvent(2, "Named", LogLevel.Information, "value {" + name + "}");
        Assert.DoesNotContain("hunter2", Logged(named, LogField.Of(name, "hunter2")), StringComparison.Ordinal);
        Assert.DoesNotContain("424242", Logged(named, LogField.Of(name, 424242)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://app:hunter2@db/shop")]
    [InlineData("Host=db;Password=hunter2;Database=shop")]
    [InlineData("Authorization: Bearer hunter2hunter2")]
    [InlineData("{\"password\":\"hunter2\"}")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----")]
    public void A_secret_in_a_harmless_field_is_masked_by_its_shape(string text) =>
        Assert.DoesNotContain("hunter2", Logged(s_note, LogField.Of("text", text)), StringComparison.Ordinal);

    [Fact]
    public void A_secret_put_together_by_the_template_is_masked_in_the_sentence()
    {
        var split = new LogEvent(3, "Split", LogLevel.Information, "opened postgres://{user}:{second}@db");
        var line = Logged(split, LogField.Of("user", "app"), LogField.Of("second", "hunter2"));
        using var document = JsonDocument.Parse(line);
        Assert.Equal("opened postgres://app:***@db", document.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void A_secret_that_the_limit_cuts_is_masked_before_the_cut()
    {
        var text = new string('x', SafeLog.LongestText - 40) + " postgres://app:hunter2" + new string('h', 100) + "@db";
        Assert.DoesNotContain("hunter2", Logged(s_note, LogField.Of("text", text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_in_a_value_are_not_places_for_fields()
    {
        using var document = JsonDocument.Parse(Logged(s_copied, LogField.Of("table", "{rows}{"), LogField.Of("rows", 42)));
        Assert.Equal("copied 42 rows of {rows}{", document.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void A_long_value_is_cut_and_says_so()
    {
        var line = Logged(s_note, LogField.Of("text", new string('x', SafeLog.LongestText + 7)));
        Assert.Contains("... (7 more)", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1, (3 * SafeLog.LongestText) + 300);
    }

    [Fact]
    public void Events_below_the_lowest_level_are_not_written()
    {
        var output = new StringWriter();
        new SafeLog(output, new FixedClock(), LogLevel.Error).Write(s_note, LogField.Of("text", "x"));
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void A_log_that_cannot_be_written_counts_and_does_not_throw()
    {
        var log = new SafeLog(new FailingWriter(), new FixedClock());
        log.Write(s_note, LogField.Of("text", "x"));
        log.Write(s_note, LogField.Of("text", "y"));
        Assert.Equal(2, log.Lost);
    }

    [Fact]
    public void After_a_line_that_failed_in_the_middle_the_next_is_a_line_of_its_own()
    {
        var output = new FillingWriter();
        var log = new SafeLog(output, new FixedClock());
        log.Write(s_note, LogField.Of("text", "first"));
        output.Full = true;
        log.Write(s_note, LogField.Of("text", "cut"));
        output.Full = false;
        log.Write(s_note, LogField.Of("text", "whole"));
        log.Write(s_note, LogField.Of("text", "last"));
        var lines = output.ToString().Split('\n');
        Assert.Equal(1, log.Lost);
        Assert.Equal(5, lines.Length);
        foreach (var line in (string[])[lines[0], lines[2], lines[3]])
            JsonDocument.Parse(line).Dispose();
    }

    [Fact]
    public void A_field_given_twice_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => Logged(s_note, LogField.Of("text", "x"), LogField.Of("text", "y")));

    [Fact]
    public async Task Lines_of_several_threads_stay_whole()
    {
        var output = new StringWriter();
        var log = new SafeLog(output, new FixedClock());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
                log.Write(s_copied, LogField.Of("table", "t" + thread), LogField.Of("rows", i));
        })));
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(800, lines.Length);
        Assert.All(lines, l => JsonDocument.Parse(l).Dispose());
    }

    private static string Logged(LogEvent logged, params LogField[] fields)
    {
        using var bytes = new MemoryStream();
        using (var writer = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            new SafeLog(writer, new FixedClock(), LogLevel.Debug).Write(logged, fields);
        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    private static void AssertOneSafeLine(string line)
    {
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.All(line[..^1], c => Assert.InRange(c, ' ', '~'));
        using var document = JsonDocument.Parse(line);
        Assert.Equal(["time", "level", "id", "event", "fields", "message"], document.RootElement.EnumerateObject().Select(m => m.Name));
    }

    /// <summary>Takes ten characters of a line once the disk is full.</summary>
    private sealed class FillingWriter : StringWriter
    {
        public bool Full { get; set; }

        public override void Write(string? value)
        {
            base.Write(Full ? value?[..10] : value);
            if (Full)
                throw new IOException("no space left on device");
        }
    }

    private sealed class FailingWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.ASCII;

        public override void Write(string? value) => throw new IOException("no space left on device");
    }
}
