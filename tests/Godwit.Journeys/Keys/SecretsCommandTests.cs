using Godwit.Journeys.Running;

namespace Godwit.Journeys.Keys;

/// <summary><c>godwit secrets</c>: values go into the file, or to who asked for them, and nowhere else.</summary>
public sealed class SecretsCommandTests : IDisposable
{
    private static readonly string[] s_names = ["SECRET_KEY", "JWT_SECRET_KEY", "API_KEY_PEPPER"];

    private readonly WorkFolder _folder = new();

    private string EnvFile => _folder.File("app.env");

    private Dictionary<string, string> Values => File.ReadAllLines(EnvFile).Where(l => l.Contains('=', StringComparison.Ordinal)).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_missing_is_made_and_what_is_set_stays_to_the_byte()
    {
        await File.WriteAllTextAsync(EnvFile, "# of the shop\nSECRET_KEY=kept-as-it-is\n\nOTHER='two words' \n", TestContext.Current.CancellationToken);
        var outcome = (await RunAsync("secrets", "generate", "--env-file", EnvFile)).MustBe(0);
        Assert.Equal(["# of the shop", "SECRET_KEY=kept-as-it-is", "", "OTHER='two words' "], (await File.ReadAllLinesAsync(EnvFile, TestContext.Current.CancellationToken))[..4]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(EnvFile));
        var made = Values;
        Assert.All(s_names[1..], n => Assert.True(made[n].Length >= 32));
        Assert.NotEqual(made["JWT_SECRET_KEY"], made["API_KEY_PEPPER"]);
        Assert.All(s_names, n => Assert.DoesNotContain(made[n], outcome.Output + outcome.Error, StringComparison.Ordinal));
        (await RunAsync("secrets", "generate", "--env-file", EnvFile)).MustBe(0);
        Assert.Equal(made, Values);
    }

    [Fact]
    public async Task Values_are_printed_when_they_are_asked_for_and_somebody_has_to_say_where_they_go()
    {
        var printed = (await RunAsync("secrets", "generate", "MAIL_KEY", "--print")).MustBe(0).Output;
        Assert.Matches("^MAIL_KEY=[A-Za-z0-9_-]{43}\n$", printed);
        (await RunAsync("secrets", "generate")).MustBe(2);
        (await RunAsync("secrets", "generate", "--print", "--env-file", EnvFile)).MustBe(2);
        (await RunAsync("secrets", "generate", "no name", "--print")).MustBe(2);
        Assert.False(File.Exists(EnvFile));
    }

    [Fact]
    public async Task A_rotation_keeps_the_former_value_until_its_overlap_is_ended()
    {
        (await RunAsync("secrets", "generate", "--env-file", EnvFile)).MustBe(0);
        var before = Values;
        var rotated = (await RunAsync("secrets", "rotate", "SECRET_KEY", "--env-file", EnvFile)).MustBe(0);
        var during = Values;
        Assert.Equal(before["SECRET_KEY"], during["SECRET_KEY_PREVIOUS"]);
        Assert.NotEqual(before["SECRET_KEY"], during["SECRET_KEY"]);
        Assert.Equal(before["JWT_SECRET_KEY"], during["JWT_SECRET_KEY"]);
        Assert.DoesNotContain(during["SECRET_KEY"], rotated.Output + rotated.Error, StringComparison.Ordinal);

        Assert.Contains("secrets retire SECRET_KEY", (await RunAsync("secrets", "rotate", "SECRET_KEY", "--env-file", EnvFile)).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Equal(during, Values);
        (await RunAsync("secrets", "retire", "SECRET_KEY", "--env-file", EnvFile)).MustBe(0);
        Assert.False(Values.ContainsKey("SECRET_KEY_PREVIOUS"));
        Assert.Equal(during["SECRET_KEY"], Values["SECRET_KEY"]);
        (await RunAsync("secrets", "retire", "SECRET_KEY", "--env-file", EnvFile)).MustBe(1);
        (await RunAsync("secrets", "rotate", "NOT_SET", "--env-file", EnvFile)).MustBe(1);
    }

    [Fact]
    public async Task Line_ends_and_the_way_a_value_is_quoted_stay()
    {
        await File.WriteAllTextAsync(EnvFile, "A=1\r\nexport SECRET_KEY='the & former one'\r\n\r\n", TestContext.Current.CancellationToken);
        (await RunAsync("secrets", "rotate", "SECRET_KEY", "--env-file", EnvFile)).MustBe(0);
        var text = await File.ReadAllTextAsync(EnvFile, TestContext.Current.CancellationToken);
        Assert.Matches("^A=1\r\nexport SECRET_KEY='[A-Za-z0-9_-]{43}'\r\n\r\nexport SECRET_KEY_PREVIOUS='the & former one'\r\n$", text);
        (await RunAsync("secrets", "retire", "SECRET_KEY", "--env-file", EnvFile)).MustBe(0);
        Assert.Equal(text[..text.IndexOf("export SECRET_KEY_PREVIOUS", StringComparison.Ordinal)], await File.ReadAllTextAsync(EnvFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Of_eight_rotations_at_once_one_happens_and_no_value_is_lost()
    {
        (await RunAsync("secrets", "generate", "--env-file", EnvFile)).MustBe(0);
        var before = Values;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RunAsync("secrets", "rotate", "API_KEY_PEPPER", "--env-file", EnvFile)));
        Assert.Single(outcomes, o => o.ExitCode == 0);
        Assert.All(outcomes.Where(o => o.ExitCode != 0), o => o.MustBe(1));
        Assert.Equal(before["API_KEY_PEPPER"], Values["API_KEY_PEPPER_PREVIOUS"]);
        Assert.Equal(4, Values.Count);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path, ".app.env.*"), f => !f.EndsWith(".lock", StringComparison.Ordinal));
    }

    private Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, new Dictionary<string, string?>(StringComparer.Ordinal) { ["GODWIT_HOME"] = _folder.File("home") }, arguments);
}
