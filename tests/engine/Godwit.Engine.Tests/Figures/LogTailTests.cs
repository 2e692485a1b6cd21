using System.Diagnostics;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_was_out_of_sight_is_read_on_from_where_it_was_left(bool endless)
    {
        var (inside, aside) = (System.IO.Path.Combine(_folder, "logs"), System.IO.Path.Combine(_folder, "aside"));
        Directory.CreateDirectory(inside);
        var log = System.IO.Path.Combine(inside, "app.log");
        using var tail = new LogTail(log, FigureShape.PatternOf("ERROR"));
        File.WriteAllText(log, "ERROR before\n");
        Assert.Equal(0, tail.Read().Number);
        File.AppendAllText(log, "ERROR one\nERR");
        Assert.Equal(1, tail.Read().Number);
        Directory.Move(inside, aside);
        if (endless) Directory.CreateSymbolicLink(inside, inside);
        Assert.Null(tail.Read().Number);
        Assert.Null(tail.Read().Number);
        if (endless) File.Delete(inside);
        Directory.Move(aside, inside);
        Assert.Equal(0, tail.Read().Number);
        File.AppendAllText(log, "OR two\n");
        Assert.Equal(1, tail.Read().Number);
    }

    [Fact]
    public void What_nobody_could_look_at_first_is_begun_at_its_end()
    {
        var (inside, aside) = (System.IO.Path.Combine(_folder, "logs"), System.IO.Path.Combine(_folder, "aside"));
        Directory.CreateDirectory(aside);
        File.WriteAllText(System.IO.Path.Combine(aside, "app.log"), "ERROR before\n");
        Directory.CreateSymbolicLink(inside, inside);
        using var tail = new LogTail(System.IO.Path.Combine(inside, "app.log"), FigureShape.PatternOf("ERROR"));
        Assert.Null(tail.Read().Number);
        File.Delete(inside);
        Directory.Move(aside, inside);
        Assert.Equal(0, tail.Read().Number);
    }

    [Fact]
    public async Task What_has_no_end_is_not_opened()
    {
        using (var made = Process.Start("mkfifo", Path)) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var read = await Task.Run(_tail.Read).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("it is no plain file", read.Why);
    }

    [Fact]
    public async Task Whoever_looks_is_not_held_up_by_a_read_that_lasts()
    {
        var source = new FigureSource.Log("app.log", "ERROR");
        using var reader = new FigureReader(source, new FigureContext { Queries = NoFigureQueries.Instance, Environment = new Requests.Given(), Time = TimeProvider.System, Folder = _folder });
        Assert.Equal("the file is not there", (await reader.ReadAsync(TestContext.Current.CancellationToken)).Why);
        await using (var large = File.Create(Path)) large.SetLength(512L * 1024 * 1024);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var looking = reader.ReadAsync(stop.Token);
        Assert.False(looking.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking);
        // The read goes on, and what it counts is told to whoever looks next.
        await File.AppendAllTextAsync(Path, "\nERROR\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await reader.ReadAsync(TestContext.Current.CancellationToken)).Number);
    }
}
