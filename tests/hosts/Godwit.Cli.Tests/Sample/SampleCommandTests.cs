using System.CommandLine;
using Godwit.Cli.Sample;
using Godwit.Cli.Sample.LearningSol;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Tests.Sample;

public sealed class SampleCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-sample-").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private string File => Path.Combine(_folder, "app.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private int Run(params string[] arguments) =>
        new RootCommand { SampleCommand.Create() }.Parse(["sample", "learning-sol", .. arguments])
            .Invoke(new InvocationConfiguration { Output = _output, Error = _error });

    [Fact]
    public void A_sample_has_exactly_the_rows_that_were_asked_for()
    {
        Assert.Equal(0, Run("--out", File, "--rows", "1000"));
        using var connection = SqliteConnection.OpenForReading(File);
        var rows = 0L;
        foreach (var table in Tables(connection)) rows += connection.QueryInteger($"SELECT count(*) FROM \"{table}\"")!.Value;
        Assert.Equal(1000, rows);
        Assert.Contains("1000 rows", _output.ToString());
    }

    [Fact]
    public void The_same_seed_makes_the_same_bytes_and_another_seed_others()
    {
        var bytes = new List<byte[]>();
        foreach (var seed in (int[])[4, 4, 5])
        {
            Assert.Equal(0, Run("--out", File, "--rows", "500", "--seed", $"{seed}", "--force"));
            bytes.Add(System.IO.File.ReadAllBytes(File));
        }

        Assert.Equal(bytes[0], bytes[1]);
        Assert.NotEqual(bytes[0], bytes[2]);
    }

    [Fact]
    public void A_file_that_is_there_is_not_overwritten()
    {
        System.IO.File.WriteAllText(File, "precious");
        Assert.Equal(2, Run("--out", File));
        Assert.Equal("precious", System.IO.File.ReadAllText(File));
        Assert.Contains("--force", _error.ToString());
    }

    [Fact]
    public void Force_replaces_a_file_and_what_lay_beside_it()
    {
        System.IO.File.WriteAllText(File, "old");
        System.IO.File.WriteAllText(File + "-journal", "old");
        Assert.Equal(0, Run("--out", File, "--rows", "100", "--force"));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_folder_that_is_missing_is_a_fault_that_leaves_nothing()
    {
        Assert.Equal(4, Run("--out", Path.Combine(_folder, "missing", "app.db")));
        Assert.Contains("could not be made", _error.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("many")]
    public void Too_few_rows_are_misuse(string rows)
    {
        Assert.NotEqual(0, Run("--out", File, "--rows", rows));
        Assert.False(Path.Exists(File));
    }

    [Fact]
    public void The_help_names_every_hostile_value()
    {
        Run("--help");
        var help = string.Join(' ', _output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.All(HostileValues.All, v => Assert.Contains(v.What, help));
    }

    internal static List<string> Tables(SqliteConnection connection)
    {
        var names = new List<string>();
        using var statement = connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
        while (statement.Step()) names.Add(statement.GetText(0));
        return names;
    }
}
