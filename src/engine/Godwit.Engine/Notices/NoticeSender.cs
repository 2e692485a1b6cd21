using Godwit.Engine.Notices.Channels;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>Sends one notice once, within its time, whatever the receiver does.</summary>
public sealed class NoticeSender(RunbookPlan plan, IRunEnvironment environment, TimeProvider time)
{
    /// <summary>For a connection that does not end when it is told to. What does not is left behind.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyDictionary<string, NoticeSettings> _notices = NoticeSettings.All(plan).GroupBy(n => n.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    /// <summary>What sending one takes at most.</summary>
    public TimeSpan Longest => _notices.Values.Select(n => n.Timeout).DefaultIfEmpty(TimeSpan.FromSeconds(10)).Max() + s_grace;

    public NoticeSettings? Find(string notice) => _notices.GetValueOrDefault(notice);

    public async Task<NoticeAnswer> SendAsync(NoticeParcel parcel, CancellationToken cancellation)
    {
        if (Find(parcel.Notice) is not { } notice) return new NoticeAnswer("the plan has no such notice");
        var secrets = new SecretValues();
        using var limit = new CancellationTokenSource(notice.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var sending = notice.Channel switch
        {
            NoticeChannel.Mail mail when parcel.Part < mail.To.Count => MailChannel.SendAsync(plan, mail.To[parcel.Part], parcel, environment, secrets, notice.Timeout, either.Token),
            NoticeChannel.Post post => PostChannel.SendAsync(post, parcel, environment, secrets, notice.Timeout, time, either.Token),
            _ => Task.FromResult(new NoticeAnswer("the plan has no such address")),
        };
        try
        {
            var answer = await sending.WaitAsync(notice.Timeout + s_grace, time, cancellation);
            if (answer.Problem is not { } problem) return answer;
            // A connection that is given up may look like one that broke.
            return answer with { Problem = limit.IsCancellationRequested ? Late(notice) : NoticeText.Line(secrets.Mask(problem), 300) };
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _ = sending.ContinueWith(s => s.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return new NoticeAnswer(Late(notice));
        }
    }

    private static string Late(NoticeSettings notice) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no answer within {notice.Timeout.TotalSeconds:0.###} s");
}
