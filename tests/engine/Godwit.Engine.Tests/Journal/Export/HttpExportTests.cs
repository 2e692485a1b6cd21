using System.Net;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;

namespace Godwit.Engine.Tests.Journal.Export;

/// <summary>A copy over HTTP, to a receiver that may fail in every way.</summary>
public sealed class HttpExportTests : IDisposable
{
    private readonly WrittenJournal _journal = new(6, i => i is 2 or 6);
    private readonly Receiver _receiver = new();
    private readonly HttpClient _client;
    private readonly ExportTerms _terms = new() { BatchEntries = 2, FirstPause = TimeSpan.FromMilliseconds(1), Rest = TimeSpan.FromMilliseconds(5) };

    public HttpExportTests() => _client = new HttpClient(_receiver);

    public void Dispose()
    {
        _client.Dispose();
        _receiver.Dispose();
    }

    private HttpSink Sink() => new(_client, new Uri("https://someone:hidden@example.test/journal?token=hidden"), TimeSpan.FromSeconds(5));

    private JournalExport Start() => new(_journal.Run, new MemorySource(_journal), Sink(), _terms, TimeProvider.System);

    private JournalVerdict Received() => JournalFile.Load(JournalFile.Read(new MemoryStream(_receiver.File)), _journal.Known).Verifier!.Conclude(_journal.ToWitness());

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(2, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_batch_arrives_once_and_makes_a_whole_file()
    {
        await using var export = Start();
        await UntilAsync(() => export.State.Status == ExportStatus.UpToDate);
        lock (_journal)
        {
            _journal.Append(JournalNote.Of("more", []));
            _journal.Sign();
        }
        export.Wake();
        await UntilAsync(() => export.State is { Status: ExportStatus.UpToDate, Sent: 7 });
        Assert.Equal(JournalState.Sound, Received().State);
        Assert.All(_receiver.Types, type => Assert.Equal(HttpSink.MediaType, type));
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_sent_again_under_the_same_key()
    {
        _receiver.Answers = n => n % 2 == 1 ? Receiver.TakenAndLost : HttpStatusCode.OK;
        await using var export = Start();
        await UntilAsync(() => export.State is { Status: ExportStatus.UpToDate, Sent: 6 });
        Assert.Equal(JournalState.Sound, Received().State);
        Assert.True(_receiver.Requests > _receiver.Keys.Count);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_seen_and_tried_again_until_it_takes_it()
    {
        var works = false;
        _receiver.Answers = _ => works ? HttpStatusCode.NoContent : HttpStatusCode.ServiceUnavailable;
        await using var export = Start();
        await UntilAsync(() => export.State.Status == ExportStatus.Failing);
        Assert.Contains("503", export.State.Problem, StringComparison.Ordinal);
        Assert.NotNull(JournalFindings.Of(export.State));
        works = true;
        await UntilAsync(() => export.State is { Status: ExportStatus.UpToDate, Sent: 6, Problem: null });
        Assert.Null(JournalFindings.Of(export.State));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_receiver_that_refuses_is_not_asked_five_times(HttpStatusCode answer)
    {
        _receiver.Answers = _ => answer;
        await using var export = new JournalExport(_journal.Run, new MemorySource(_journal), Sink(), _terms with { Rest = TimeSpan.FromHours(1) }, TimeProvider.System);
        await UntilAsync(() => export.State.Status == ExportStatus.Refused);
        Assert.Equal(1, _receiver.Requests);
        Assert.DoesNotContain("hidden", $"{export.State}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_never_answers_holds_nobody_up()
    {
        _receiver.Answers = _ => Receiver.Never;
        await using var export = Start();
        export.Wake();
        var state = await export.FinishAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal((ExportStatus.Failing, 0L), (state.Status, state.Sent));
    }

    /// <summary>Appends bodies as it is told to: each key once.</summary>
    private sealed class Receiver : HttpMessageHandler
    {
        public const HttpStatusCode TakenAndLost = (HttpStatusCode)900;
        public const HttpStatusCode Never = (HttpStatusCode)901;

        private readonly MemoryStream _file = new();

        public Func<int, HttpStatusCode> Answers { get; set; } = _ => HttpStatusCode.OK;

        public int Requests { get; private set; }

        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

        public List<string?> Types { get; } = [];

        public byte[] File => _file.ToArray();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = Answers(++Requests);
            if (answer == Never) await Task.Delay(Timeout.Infinite, cancellationToken);
            Types.Add(request.Content!.Headers.ContentType?.MediaType);
            if ((int)answer < 300 || answer == TakenAndLost)
            {
                var body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
                if (Keys.Add(request.Headers.GetValues(HttpSink.KeyHeader).Single())) _file.Write(body);
            }
            return answer == TakenAndLost
                ? throw new HttpRequestException(HttpRequestError.ConnectionError, "https://someone:hidden@example.test")
                : new HttpResponseMessage(answer) { RequestMessage = request };
        }
    }
}
