using System.CommandLine;
using Godwit.Cli.Runs;
using Godwit.Engine.Requests;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Cli.Load;

/// <summary>What the commands about a service share: a file of requests, and where the service is.</summary>
internal static class ServiceOptions
{
    public static readonly Argument<string> File = new("file") { Description = "The file of requests (docs/requests.md).", HelpName = "FILE" };

    public static readonly Option<string?> Url = new("--url") { Description = "Where the service is, without a password; default: $SERVICE_URL.", HelpName = "URL" };

    private const string Variable = "SERVICE_URL";

    static ServiceOptions() => Url.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && ServiceUrl.Fault(result.Tokens[0].Value) is { } fault) result.AddError($"--url {fault}");
    });

    /// <summary>The URL, or what stands against it.</summary>
    public static (Uri? Url, Finding? Fault) UrlOf(ParseResult result)
    {
        if ((result.GetValue(Url) ?? OutsideValue.Find(ProcessEnvironment.Instance, Variable)) is not { } text)
            return (null, Finding.Error(FindingCodes.RequestsUnasked, "Nothing says where the service is", null, $"Give --url, or set {Variable}."));
        return ServiceUrl.Fault(text) is { } fault ? (null, Finding.Error(FindingCodes.RequestsUnasked, $"{Variable} {fault}")) : (new Uri(text.Trim()), null);
    }
}
