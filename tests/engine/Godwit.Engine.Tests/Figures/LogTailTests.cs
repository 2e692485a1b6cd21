using Godwit.Engine.Figures;

namespace Godwit.Engine.Tests.Figures;

public sealed class LogTailTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-tail-").FullName;
    private readonly LogTail _tail;

    public LogTailTests() => _tail = new LogTail(Path, FigureShape.PatternOf("ERROR|panic"));

    private string Path => System.IO.Path.Combine(_folder, "app.log");

    public void Dispose()
    {
        _tail.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Only_new_lines_count_and_each_once()
    {
        File.WriteAllText(Path, "ERROR before\n");
        Assert.Equal(0, _tail.Read().Number);
        File.AppendAllText(Path, "ERROR one\nfine\nERROR two\n");
        Assert.Equal(2, _tail.Read().Number);
        Assert.Equal(0, _tail.Read().Number);
    }

    [Fact]
    public void A_line_counts_once_it_has_ended()
    {
        File.WriteAllText(Path, "");
        _tail.Read();
        File.AppendAllText(Path, "a half: ERR");
        Assert.Equal(0, _tail.Read().Number);
        File.AppendAllText(Path, "OR\n");
        Assert.Equal(1, _tail.Read().Number);
    }

    [Fact]
    public void A_file_that_is_rotated_is_read_to_its_end_and_the_new_one_from_its_beginning()
    {
        File.WriteAllText(Path, "");
        _tail.Read();
        File.AppendAllText(Path, "ERROR in the old\n");
        File.Move(Path, Path + ".1");
        File.AppendAllText(Path + ".1", "ERROR after the rename\n");
        File.WriteAllText(Path, "ERROR in the new\n");
        Assert.Equal(3, _tail.Read().Number);
        File.AppendAllText(Path, "ERROR again\n");
        Assert.Equal(1, _tail.Read().Number);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_read_from_its_beginning()
    {
        File.WriteAllText(Path, "a line that is there\n");
        _tail.Read();
        File.WriteAllText(Path, "");
        File.AppendAllText(Path, "ERROR anew\n");
        Assert.Equal(1, _tail.Read().Number);
    }

    [Fact]
    public void A_file_that_is_gone_is_no_data_and_is_read_from_its_beginning_when_it_is_back()
    {
        Assert.Equal("the file is not there", _tail.Read().Why);
        File.WriteAllText(Path, "ERROR first\n");
        Assert.Equal(1, _tail.Read().Number);
        File.AppendAllText(Path, "ERROR last\n");
        File.Move(Path, Path + ".1");
        Assert.Equal(1, _tail.Read().Number);
        Assert.Null(_tail.Read().Number);
        File.WriteAllText(Path, "ERROR new\n");
        Assert.Equal(1, _tail.Read().Number);
    }
}
