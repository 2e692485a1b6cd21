using System.Text;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;

namespace Godwit.Engine.Tests.Journal;

public sealed class JournalFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-journal-").FullName;
    private readonly WrittenJournal _journal = new(6, i => i is 2 or 6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Copy => Path.Combine(_folder, "journal.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private JournalFileReading Read(byte[]? bytes = null) => JournalFile.Load(JournalFile.Read(new MemoryStream(bytes ?? File.ReadAllBytes(Copy))), _journal.Known);

    private async Task CopyAsync(int batch = 500)
    {
        await using var sink = new FileSink(Copy);
        var copier = new JournalCopier(_journal.Run, new MemorySource(_journal), sink, ExportTerms.Default with { BatchEntries = batch });
        while (await copier.CopyAsync(Token)) { }
    }

    [Fact]
    public void A_journal_reads_back_as_it_was_written()
    {
        var reading = Read(_journal.ToFile());
        Assert.Equal(_journal.Run, reading.Run);
        Assert.Equal(JournalState.Sound, reading.Verifier!.Conclude(_journal.ToWitness()).State);
        Assert.All(JournalFile.Read(new MemoryStream(_journal.ToFile())), line => Assert.Null(line.Problem));
    }

    [Fact]
    public void No_byte_of_a_file_can_change_unseen()
    {
        var journal = new WrittenJournal(2);
        var whole = journal.ToFile();
        var witness = journal.ToWitness();
        // The last byte is the last line's end: without it that line counts as unfinished, and is said to.
        for (var i = 0; i < whole.Length - 1; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 1;
            var reading = Read(damaged);
            // A head that names another key is one that nobody here vouches for.
            Assert.True(reading.Verifier?.Conclude(witness).State is null or JournalState.Broken or JournalState.UnknownSigner, $"byte {i} of {whole.Length}");
        }
    }

    [Fact]
    public async Task A_copy_cut_at_any_byte_goes_on_to_the_whole()
    {
        await CopyAsync(batch: 2);
        var whole = File.ReadAllBytes(Copy);
        Assert.Equal(JournalState.Sound, Read().Verifier!.Conclude(_journal.ToWitness()).State);
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(Copy, whole[..length]);
            await CopyAsync();
            var verdict = Read().Verifier!.Conclude(_journal.ToWitness());
            Assert.True(verdict is { State: JournalState.Sound, End.Sequence: 6, SignedTo: 6 }, $"cut at {length}");
        }
    }

    [Fact]
    public async Task A_copy_that_is_whole_is_not_touched()
    {
        await CopyAsync();
        var whole = File.ReadAllBytes(Copy);
        await CopyAsync();
        Assert.Equal(whole, File.ReadAllBytes(Copy));
    }

    [Theory]
    [InlineData("something else\n")]
    [InlineData("something else without an end")]
    [InlineData("{\"header\":{\"format\":\"godwit-journal/2\",\"run\":\"0b7a1f7e-6d5e-4c7b-9f3e-2a4d5c6b7a89\"}}\n")]
    [InlineData("{\"header\":{\"format\":\"godwit-journal/1\",\"run\":\"1b7a1f7e-6d5e-4c7b-9f3e-2a4d5c6b7a89\"}}\n")]
    public async Task A_file_that_is_something_else_stays_as_it_is(string content)
    {
        File.WriteAllText(Copy, content);
        var refused = await Assert.ThrowsAsync<JournalSinkException>(() => CopyAsync());
        Assert.False(refused.MayTryAgain);
        Assert.Equal(content, File.ReadAllText(Copy));
    }

    [Fact]
    public async Task Two_writers_do_not_share_a_file()
    {
        await using var first = new FileSink(Copy);
        Assert.Null(await first.FindPositionAsync(_journal.Run, Token));
        await using var second = new FileSink(Copy);
        Assert.True((await Assert.ThrowsAsync<JournalSinkException>(() => second.FindPositionAsync(_journal.Run, Token))).MayTryAgain);
    }

    [Fact]
    public void A_line_without_end_is_given_up_early()
    {
        var lines = JournalFile.Read(new MemoryStream([.. _journal.ToFile(), .. Encoding.ASCII.GetBytes(new string('x', JournalText.LongestLine * 3))])).ToList();
        Assert.Contains("longer", lines[^1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_entry_fits_a_line()
    {
        _journal.Append(JournalNote.Of("long", new System.Text.Json.Nodes.JsonObject { ["x"] = new string('x', JournalNote.LongestBody - 8) }));
        _journal.Sign();
        Assert.Equal(JournalState.Sound, Read(_journal.ToFile()).Verifier!.Conclude().State);
        Assert.Throws<ArgumentException>(() => JournalNote.Of("long", new System.Text.Json.Nodes.JsonObject { ["x"] = new string('x', JournalNote.LongestBody - 7) }));
    }

    [Fact]
    public void A_note_that_has_no_canonical_form_or_no_kind_is_refused()
    {
        Assert.Throws<ArgumentException>(() => JournalNote.Of("a", new System.Text.Json.Nodes.JsonObject { ["x"] = 1.5 }));
        foreach (var kind in (string[])["", "A", "a b", "1a", new string('a', 41)]) Assert.Throws<ArgumentException>(() => JournalNote.Of(kind, []));
    }
}
