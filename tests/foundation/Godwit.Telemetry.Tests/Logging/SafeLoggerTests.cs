using System.Collections;
using System.Text;
using System.Text.Json;
using Godwit.Telemetry.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

// How one should log is what these tests do not do.
#pragma warning disable CA1727, CA1848, CA1873, CA2254

namespace Godwit.Telemetry.Tests.Logging;

/// <summary>Everything that comes by ILogger, and the bytes that become of it.</summary>
public sealed partial class SafeLoggerTests
{
    /// <summary>Each holds Q7Z, which may be in no byte of the log; put together here, so that no scan for secrets takes them for one.</summary>
    public static TheoryData<string> Secrets =>
    [
        "ey" + "JhbGciOiJFUzI1NiJ9Q7Z.ey" + "Jpc3MiOiJqb2UifQ.Q7ZDtEhU3ljbEg8L38V",
        "Bearer Q7Zabcdef123456",
        "Authorization: Basic Q7ZYXBwOnMzY3JldA==",
        "-----BEGIN PRIVATE" + " KEY-----\nMIGHAgEAMBMGByqGSM49Q7Z\n-----END PRIVATE" + " KEY-----",
        "postgres://app:Q7Z@db/shop",
        "redis://:Q7Z@cache:6379",
        "Host=db;Password=Q7Z;Database=shop",
        "{\"api_key\": \"Q7Z\"}",
        "sk" + "_live_Q7Zabcdefgh0123456789",
        "gh" + "p_Q7Zabcdefghijklmnopqrstuvwxyz012345",
        "Set-Cookie: sid=Q7Z; HttpOnly",
        "Q7Z.lovelace@example.org",
        "SCRAM-SHA-256$4096:Q7Z==$c3RvcmVk:c2VydmVy",
    ];

    public static TheoryData<string> Numbers => ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19"];

    public static TheoryData<string> Attacks =>
    [
        "a\nfake line", "a\r\n{\"level\":\"error\"}", "\u001b[31mred\u001b[0m\u001b]0;title\u0007", "\0\u0001\u0008\u007f\u0080\u0085\u009b", "\u202eevil\u202c \u2066x\u2069 \u200f\u061c", "\u2028\u2029\ufeff\u200b",
        "\"}, \"forged\": {\"", "<script>alert(1)</script>", "${jndi:ldap://x}", "{0} {password} {{", "%s%n%x", "\ud800 lone",
    ];

    [Theory]
    [MemberData(nameof(Secrets))]
    [Trait("ASVS", "16.2.5")]
    public void No_secret_gets_into_the_bytes_by_any_way(string secret) => Assert.DoesNotContain("Q7Z", EveryWay(secret), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Numbers))]
    public void No_card_and_no_account_does(string number) => Assert.DoesNotContain(number, EveryWay(number), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Attacks))]
    public void No_attack_leaves_its_line_or_printable_ASCII(string attack)
    {
        var bytes = EveryWay(attack);
        var lines = bytes.Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.All(bytes, c => Assert.True(c is >= ' ' and <= '~' or '\n'));
        foreach (var line in lines[..^1])
        {
            using var document = JsonDocument.Parse(line);
            Assert.Equal(["time", "level", "id", "event", "fields", "message"], document.RootElement.EnumerateObject().Select(m => m.Name));
        }
    }

    [Fact]
    public void A_number_of_a_card_is_masked_as_a_number_too() =>
        Assert.DoesNotContain("4111111111111111", Logged(logger => Rows(logger, 4111111111111111, "orders")), StringComparison.Ordinal);

    [Fact]
    public void A_source_generated_message_is_one_line_with_its_fields_category_and_id() =>
        Assert.Equal(
            """{"time":"2024-02-29T23:59:58.070Z","level":"information","id":7,"event":"Rows","fields":{"category":"shop","rows":42,"table":"orders"},"message":"copied 42 rows of orders"}""" + "\n",
            Logged(logger => Rows(logger, 42, "orders")));

    [Fact]
    public void A_field_with_a_telling_name_is_masked_in_the_sentence_too() =>
        Assert.Contains("\"message\":\"login of *** with *** and {{ ***\"", Logged(logger => logger.Log(LogLevel.Warning, "login of {email} with {password,10:x} and {{ {Token}", "ada", "Q7Z", 12)), StringComparison.Ordinal);

    [Fact]
    public void An_exception_tells_its_types_and_where_but_not_its_message()
    {
        var bytes = Logged(logger => logger.Log(LogLevel.Error, Thrown("row Ada"), "failed"));
        Assert.Contains("\"exception\":\"System.InvalidOperationException \\u003C System.FormatException\"", bytes, StringComparison.Ordinal);
        Assert.Contains("SafeLoggerTests.Thrown", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_is_named_and_not_shown() =>
        Assert.Contains("[Godwit.Telemetry.Tests.Logging.SafeLoggerTests\\u002BTalkative]", Logged(logger => logger.Log(LogLevel.Information, "got {thing}", new Talkative())), StringComparison.Ordinal);

    [Fact]
    public void Too_many_fields_and_fields_given_twice_are_no_fault_of_the_line()
    {
        var many = Enumerable.Range(0, 50).Select(i => new KeyValuePair<string, object?>($"f{i % 40}", i)).ToList();
        using var document = JsonDocument.Parse(Logged(logger => logger.Log(LogLevel.Information, default, many, null, (_, _) => "text")));
        Assert.Equal(SafeLog.MostFields, document.RootElement.GetProperty("fields").EnumerateObject().Count());
    }

    [Fact]
    public void A_text_made_of_a_hidden_field_is_hidden_with_it()
    {
        var state = new List<KeyValuePair<string, object?>> { new("user", "ada"), new("password", "hunter2") };
        var line = Logged(logger => logger.Log(LogLevel.Information, default, state, null, (s, _) => $"login of {s[0].Value} with {s[1].Value}"));
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        Assert.Contains("\"user\":\"ada\"", line, StringComparison.Ordinal);
        state.RemoveAt(1);
        Assert.Contains("\"message\":\"login of ada\"", Logged(logger => logger.Log(LogLevel.Information, default, state, null, (s, _) => $"login of {s[0].Value}")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_is_in_its_line_however_many_fields_there_are_and_whatever_they_are_called()
    {
        var many = Enumerable.Range(0, 50).Select(i => new KeyValuePair<string, object?>($"f{i}", i)).ToList();
        var crowded = Logged(logger => logger.Log(LogLevel.Error, default, many, Thrown("x"), (_, _) => "said"));
        Assert.Contains("SafeLoggerTests.Thrown", crowded, StringComparison.Ordinal);
        Assert.Contains("\"message\":\"said\"", crowded, StringComparison.Ordinal);
        var line = Logged(logger => logger.Log(LogLevel.Error, Thrown("x"), "{exception} {category,9} {at:x} {text}", "mine", "ours", "here", "there"));
        foreach (var part in (string[])["\"exception\":\"System.InvalidOperationException", "SafeLoggerTests.Thrown", "\"exception_\":\"mine\"", "\"category\":\"shop\"", "\"category_\":\"ours\"", "\"message\":\"mine ours here there\""])
            Assert.Contains(part, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_state_or_a_scope_does_there_is_a_line()
    {
        var lines = Logged(logger =>
        {
            logger.Log(LogLevel.Information, default, new Throwing(), null, (_, _) => "first");
            logger.Log(LogLevel.Information, "second {things}", Enumerable.Range(0, 3).Select(i => i < 2 ? "x" : throw new InvalidOperationException("Q7Z")));
            logger.Log(LogLevel.Information, default, new List<KeyValuePair<string, object?>> { new(null!, "Q7Z-null"), new("b", 2) }, null, (_, _) => "third");
            using (logger.BeginScope(new Throwing()))
                logger.LogInformation("fourth");
        }).Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.All(lines[..^1], l => JsonDocument.Parse(l).Dispose());
        Assert.DoesNotContain(lines, l => l.Contains("Q7Z\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_formatter_that_throws_takes_nothing_with_it() =>
        Assert.Contains("a message that could not be made (FormatException)", Logged(logger => logger.Log(LogLevel.Information, default, "state", null, (_, _) => throw new FormatException("Q7Z"))), StringComparison.Ordinal);

    /// <summary>As a value, a text of its own, a format string, a category, an event's name, a scope of either kind, an exception, and what a state says of itself.</summary>
    private static string EveryWay(string text) => Logged(
        logger =>
        {
            var scopes = (IDisposable?[])
            [
                logger.BeginScope("in {Place}", text), logger.BeginScope(text), logger.BeginScope(new Dictionary<string, object?>(StringComparer.Ordinal) { ["where"] = text, [text] = "name" }),
            ];
            logger.Log(LogLevel.Information, "value {Value} and {Others}", text, (string[])[text, "x"]);
            logger.Log(LogLevel.Warning, new EventId(3, text), "named", null, (state, _) => state + " " + text);
            logger.Log(LogLevel.Error, Thrown(text), "failed {Where}", $"at {text}, somewhere");
            logger.LogInformation(text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
            logger.Log(LogLevel.Information, default, new Talkative { Says = text }, null, (state, _) => state.Says);
            foreach (var scope in scopes)
                scope?.Dispose();
        },
        text);

    private static string Logged(Action<ILogger> log, string category = "shop")
    {
        using var bytes = new MemoryStream();
        using (var writer = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            using var provider = new SafeLoggerProvider(new SafeLog(writer, new FixedClock(), Telemetry.Logging.LogLevel.Debug));
            provider.SetScopeProvider(new LoggerExternalScopeProvider());
            log(provider.CreateLogger(category));
        }
        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    private static InvalidOperationException Thrown(string text)
    {
        try
        {
            throw new InvalidOperationException(text, new FormatException(text));
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    [LoggerMessage(7, LogLevel.Information, "copied {rows} rows of {table}")]
    private static partial void Rows(ILogger logger, long rows, string table);

    private sealed class Throwing : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 2;

        public KeyValuePair<string, object?> this[int index] => throw new InvalidOperationException("Q7Z");

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => throw new InvalidOperationException("Q7Z");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Talkative
    {
        public string Says { get; init; } = "Q7Z";

        public override string ToString() => Says;
    }
}
