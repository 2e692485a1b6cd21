using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;

namespace Godwit.Engine.Notices;

/// <summary>What a notice of a runbook looks like.</summary>
public static class NoticeShape
{
    private static readonly Shape.Text s_id = new("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}") { Expected = "letters, digits, '-', '_' and '.', at most 63", MaxLength = 63 };

    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 };

    private static readonly Field s_url = new("env", OutsideValue.VariableName, "The variable that holds the URL; with `_FILE` after its name, one that holds the path of a file with it", Required: true);

    private static readonly Field s_headers = new("headers", new Shape.Named(OutsideValue.Shape), "Its headers");

    public static Shape.OneOf Shape { get; } = new(
        [
            new("id", s_id, "Names the notice; without it its channel and its number do"),
            new("when", new Shape.List(new Shape.Choice([.. NoticeEvents.All.Select(NoticeEvents.Word)])) { Min = 1, Max = NoticeEvents.All.Count }, "What it is sent for", Required: true),
            new("audience", new Shape.Choice("customers", "team", "on-call"), "For whom it is written: decides on Godwit's own words, and on what may stand in yours") { Default = "team" },
            new("text", new Shape.Text(), "What it says, with placeholders such as {run}; without it Godwit's own words"),
            new("subject", s_line, "Its subject or headline, with placeholders; without it Godwit's own"),
            new("link", new Shape.Text(@"https?://[^\s<>]+") { Expected = "a URL of http or https", MaxLength = 2000 }, "Where more is to be seen: {link}"),
            new("required", new Shape.Flag(), "Whether a phase begins only once what was to be told before it was sent: `before`, `began`, and `phase` for itself") { Default = "false" },
            new("ahead", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), "For `before`: how long before the window opens it is sent") { Default = "15m" },
            new("timeout", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2)), "How long one attempt may take; of one that is required, how long the phase waits") { Default = "10s" },
            new("give_up", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(7)), "For how long sending it is tried") { Default = "1h" },
        ],
        [
            new("mail", new Shape.List(s_line) { Min = 1, Max = 200 }, "Addresses that it is mailed to, each by itself"),
            new("webhook", new Shape.Map(
                s_url,
                new Field("secret_env", OutsideValue.VariableName, "The variable with the key of the signature (HMAC-SHA256); without it nothing is signed"),
                s_headers)
            { Short = "env" }, "A URL that it is posted to as JSON"),
            new("chat", new Shape.Map(
                s_url,
                new Field("form", new Shape.Choice("slack", "mattermost", "teams", "discord"), "What the body looks like") { Default = "slack" },
                s_headers)
            { Short = "env" }, "The incoming webhook of a chat"),
            new("status_page", new Shape.Map(
                s_url,
                new Field("components", new Shape.List(s_line) { Max = 100 }, "What is affected, as the status page calls it"),
                s_headers)
            { Short = "env" }, "A status page, as an incident"),
        ])
    { Name = "notice", Description = "Who is told what and when" };
}
