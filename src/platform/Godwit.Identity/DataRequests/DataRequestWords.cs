using System.Globalization;

namespace Godwit.Identity.DataRequests;

/// <summary>What mails say of a request.</summary>
internal static class DataRequestWords
{
    public static string Received(DataRequestRow row) => row.Type switch
    {
        "erasure" => $"We have your request to erase your account and all that we hold about you. It is carried out after {At(row.ExecuteAfter!.Value)}. Until then you can call it back: sign in, and withdraw the request. If it was not you, do that at once, and choose a new password.",
        "rectification" => $"We have your request to correct what we hold about you. A person looks at it, and you get an answer by {Day(row.DueAt)}.",
        "access" => $"We have your request for all that we hold about you. You get a mail when the archive can be fetched, by {Day(row.DueAt)} at the latest.",
        _ => $"We have your request for your data in a form that machines read. You get a mail when the archive can be fetched, by {Day(row.DueAt)} at the latest.",
    };

    public static string ArchiveReady(DateTimeOffset until) => $"The archive that you have asked for can be fetched until {Day(until)}: sign in, and look at your requests. It holds personal data: keep it where nobody else reads it.";

    public static string Withdrawn(DataRequestRow row) => $"Your request ({row.Type}) was called back, and nothing comes of it.";

    public static string Completed(DataRequestRow row) => $"Your request ({row.Type}) of {Day(row.RequestedAt)} was answered: sign in, and look at your requests.";

    public static string Rejected(DataRequestRow row) => $"Your request ({row.Type}) of {Day(row.RequestedAt)} was not granted. The reason stands with it: sign in, and look at your requests. You may complain to the supervisory authority.";

    public static string Erased { get; } = "Your account and all that we held about you are erased, as you have asked. This is the last mail that you get from us.";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
