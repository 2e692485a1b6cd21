using Godwit.Security.Signing;

namespace Godwit.Cli.Tests.Journal;

/// <summary><c>godwit journal verify FILE</c>: no database is near.</summary>
public sealed class JournalVerifyTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<CommandLine> VerifyAsync(string file, params string[] more) => CommandLine.RunAsync(["journal", "verify", file, "--key", _folder.Key, .. more]);

    private static string Edit(string path, string from, string to)
    {
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        return path;
    }

    [Fact]
    public async Task A_journal_of_a_known_key_is_whole()
    {
        var run = await VerifyAsync(_folder.Write("a.jsonl", 5));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("is whole: 5 entries, signed by", run.Output);
        Assert.Empty(run.Error);
        var json = (await VerifyAsync(_folder.PathOf("a.jsonl"), "--json")).Json;
        Assert.Equal(("sound", 0, 5L, 5L), (json.GetProperty("outcome").GetString(), json.GetProperty("exitCode").GetInt32(), json.GetProperty("entries").GetInt64(), json.GetProperty("signedTo").GetInt64()));
    }

    [Fact]
    public async Task An_unknown_signer_is_told_apart_from_a_bad_signature()
    {
        var path = _folder.Write("a.jsonl", 3);
        using var other = SigningKey.Create();
        File.WriteAllText(_folder.PathOf("other.jwk"), other.Public.Jwk);
        var unknown = await CommandLine.RunAsync("journal", "verify", path, "--key", _folder.PathOf("other.jwk"));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("GW1708", unknown.Output);
        var lines = File.ReadAllLines(path);
        var signature = lines[^1].LastIndexOf("\"signature\":\"", StringComparison.Ordinal) + 13;
        lines[^1] = lines[^1][..signature] + (lines[^1][signature] == 'A' ? 'B' : 'A') + lines[^1][(signature + 1)..];
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        var bad = await VerifyAsync(path);
        Assert.Equal(3, bad.ExitCode);
        Assert.Contains("GW1707", bad.Output);
    }

    [Fact]
    public async Task An_edit_names_the_entry_and_the_line()
    {
        var path = Edit(_folder.Write("a.jsonl", 5), "\"rows\":2", "\"rows\":7");
        var run = await VerifyAsync(path);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("the first bad entry is 3", run.Output);
        Assert.Contains($"GW1701 {path}:7:1", run.Output);
        Assert.Equal(3, (await VerifyAsync(path, "--json")).Json.GetProperty("firstBad").GetInt64());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"entry\":{}}")]
    [InlineData("{\"header\":1}")]
    [InlineData("{\"entry\":{\"at\":\"2031-01-01T00:00:00.000000Z\",\"body\":{ },\"hash\":\"\",\"kind\":\"x\",\"previous\":\"\",\"sequence\":1}}")]
    public async Task A_line_that_is_no_record_is_named(string line)
    {
        var path = _folder.Write("a.jsonl", 3);
        var lines = File.ReadAllLines(path).ToList();
        lines.Insert(4, line);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        var run = await VerifyAsync(path);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"GW1700 {path}:5:", run.Output);
    }

    [Fact]
    public async Task A_tail_that_was_cut_with_its_heads_shows_against_an_earlier_export_and_a_known_head()
    {
        var export = _folder.Write("export.jsonl", 5);
        var head = JournalFolder.HeadOf(export);
        var cut = _folder.PathOf("cut.jsonl");
        File.WriteAllText(cut, string.Concat(File.ReadLines(export).Take(2 + 6).Select(l => l + "\n")));
        Assert.Equal(0, (await VerifyAsync(cut)).ExitCode);
        foreach (var more in (string[][])[["--against", export], ["--head", head]])
        {
            var run = await VerifyAsync(cut, more);
            Assert.Equal(3, run.ExitCode);
            Assert.Contains("GW1705", run.Output);
            Assert.Contains("the first bad entry is 4", run.Output);
        }
        Assert.Equal(0, (await VerifyAsync(export, "--against", cut)).ExitCode);
    }

    [Fact]
    public async Task A_journal_written_anew_with_the_right_key_shows_against_an_earlier_export()
    {
        var export = _folder.Write("export.jsonl", 5);
        var rewritten = _folder.Write("rewritten.jsonl", 6, i => i == 3 ? 99 : i);
        Assert.Equal(0, (await VerifyAsync(rewritten)).ExitCode);
        var run = await VerifyAsync(rewritten, "--against", export);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("GW1706", run.Output);
        Assert.Contains("the first bad entry is 4", run.Output);
    }

    [Fact]
    public async Task An_export_that_was_changed_is_no_witness()
    {
        var export = Edit(_folder.Write("export.jsonl", 5), "\"rows\":2", "\"rows\":7");
        var run = await VerifyAsync(_folder.Write("a.jsonl", 5), "--against", export);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(export, run.Output);
    }

    [Fact]
    public async Task An_unfinished_last_line_is_said_and_left_out()
    {
        var path = _folder.Write("a.jsonl", 3);
        File.AppendAllText(path, "{\"entry\":{\"at\"");
        var run = await VerifyAsync(path);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("unfinished", run.Output);
    }

    [Fact]
    public async Task What_is_no_journal_fails()
    {
        File.WriteAllText(_folder.PathOf("empty"), "");
        File.WriteAllText(_folder.PathOf("other"), "{}\n");
        foreach (var name in (string[])["empty", "other", "missing"])
        {
            var run = await VerifyAsync(_folder.PathOf(name));
            Assert.Equal(3, run.ExitCode);
            Assert.Contains("GW1700", run.Output);
        }
        Assert.Equal(3, (await VerifyAsync(_folder.Write("a.jsonl", 1), "--run", Guid.NewGuid().ToString())).ExitCode);
    }

    [Theory]
    [InlineData("journal", "verify")]
    [InlineData("journal", "verify", "a", "--to", "postgres://h/d")]
    [InlineData("journal", "verify", "a", "--head", "5")]
    [InlineData("journal", "export")]
    public async Task Misuse_exits_with_2(params string[] arguments) => Assert.Equal(2, (await CommandLine.RunAsync(arguments)).ExitCode);

    [Fact]
    public async Task A_key_that_is_none_exits_with_2()
    {
        File.WriteAllText(_folder.PathOf("key.pem"), "nothing");
        Assert.Equal(2, (await CommandLine.RunAsync("journal", "verify", _folder.Write("a.jsonl", 1), "--key", _folder.PathOf("key.pem"))).ExitCode);
    }
}
