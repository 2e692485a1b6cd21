namespace Godwit.TestServers;

/// <summary>Whether something answers.</summary>
internal static class Answers
{
    public static async Task<bool> OkAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is (HttpRequestException or TaskCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
