using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Tests.Connections;

public sealed class PasswordTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("godwit-pass-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("h:5432:d:u:p", "p")]
    [InlineData("*:*:*:*:p", "p")]
    [InlineData("# h:5432:d:u:no|h:5432:d:u:p", "p")]
    [InlineData("|h:5432:d:other:no|h:*:d:u:first|h:5432:d:u:second", "first")]
    [InlineData("h:5433:d:u:p", null)]
    [InlineData("H:5432:d:u:p", null)]
    [InlineData("h:5432:d:u", null)]
    [InlineData("h:5432:d:u:", null)]
    [InlineData("\\*:*:*:*:p", null)]
    [InlineData("h:5432:d:u:a\\:b\\\\c", "a:b\\c")]
    [InlineData("h:5432:d:u:p:rest", "p")]
    [InlineData("h:5432:d:u: p ", " p ")]
    [InlineData("\\h:5432:d:u:p", "p")]
    public void A_password_file_is_read_by_libpqs_rules(string lines, string? expected) =>
        Assert.Equal(expected, PasswordFile.Find(lines.Split('|'), "h", 5432, "d", "u"));

    [Fact]
    public void Escaped_fields_match_names_with_colons() =>
        Assert.Equal("p", PasswordFile.Find([@"\:\:1:1:a\:b:u\\v:p"], "::1", 1, "a:b", @"u\v"));

    [Fact]
    public void A_file_that_others_may_read_is_not_used_and_that_is_said()
    {
        var file = Write("pgpass", "*:*:*:*:p", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var reading = Read(("PGPASSFILE", file));
        Assert.Null(reading.Password);
        Assert.Equal(Severity.Warning, reading.Finding!.Severity);
        Assert.Contains("0600", reading.Finding.Message);
    }

    [Fact]
    public void Sources_are_asked_in_their_order()
    {
        var own = ("GODWIT_TARGET_PASSWORD_FILE", Write("own", "one\n"));
        var variable = ("PGPASSWORD", "two");
        var secret = ("PGPASSWORD_FILE", Write("secret", "three\r\n"));
        var file = ("PGPASSFILE", Write("pgpass", "h:*:*:*:four"));
        Assert.Equal("one", Read(own, variable, secret, file).Password);
        Assert.Equal("two", Read(variable, secret, file).Password);
        Assert.Equal("three", Read(secret, file).Password);
        Assert.Equal("four", Read(file).Password);
        Assert.Null(Read().Password);
        Assert.Null(Read().Finding);
    }

    [Fact]
    public void The_home_folders_file_is_the_default()
    {
        Write(".pgpass", "h:*:*:*:five");
        Assert.Equal("five", Read().Password);
    }

    [Fact]
    public void A_named_file_that_is_missing_is_told()
    {
        Assert.Equal(Severity.Error, Read(("PGPASSWORD_FILE", "/nonexistent/x")).Finding!.Severity);
        Assert.Equal(Severity.Warning, Read(("PGPASSFILE", "/nonexistent/x")).Finding!.Severity);
    }

    [Fact]
    public void The_default_socket_folder_is_called_localhost()
    {
        Write(".pgpass", "/run/x:*:*:*:no\nlocalhost:*:*:*:yes\n/run/y:*:*:*:other");
        Assert.Equal("yes", Read("postgres:///d").Password);
        Assert.Equal("other", Read("postgres:///d?host=/run/y").Password);
    }

    private PasswordReading Read(params (string Name, string Value)[] variables) => Read("postgres://u@h/d", variables);

    private PasswordReading Read(string text, params (string Name, string Value)[] variables)
    {
        var around = PostgresUrlTests.Around(variables) with { Home = folder };
        var url = PostgresUrl.Parse(text, around).Url!;
        return Passwords.For(url, url.Hosts[0], around);
    }

    private string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
