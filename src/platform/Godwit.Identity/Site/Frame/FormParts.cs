using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site.Frame;

/// <summary>Fields and buttons: each with a label, its hint and its fault told to who does not see them.</summary>
internal static class FormParts
{
    public const string CsrfField = "csrf";

    /// <param name="visit">Whose form.</param>
    /// <param name="action">Where it goes.</param>
    /// <param name="content">Fields and buttons.</param>
    /// <param name="mark">A class; null for a form of its own.</param>
    public static Html Form(Visit visit, string action, Html content, string? mark = null) =>
        Html.Of($"<form method=\"post\" action=\"{action}\" novalidate{HtmlAttribute.Optional("class", mark)}><input type=\"hidden\" name=\"{CsrfField}\" value=\"{visit.Csrf}\">{content}</form>");

    public static Html Hidden(string name, string value) => Html.Of($"<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");

    /// <param name="visit">What was typed, and what is wrong with it.</param>
    /// <param name="name">As the service names it in its faults.</param>
    /// <param name="label">For a person.</param>
    /// <param name="type">Of the element.</param>
    /// <param name="fill">What browsers and password managers put there (HTML section 4.10.18.7).</param>
    /// <param name="hint">A sentence; null for none.</param>
    /// <param name="optional">May be left out.</param>
    /// <param name="value">What stands there before anything was typed.</param>
    /// <param name="fault">Of another name, where the service calls it otherwise.</param>
    public static Html Field(Visit visit, string name, string label, string type = "text", string? fill = null, string? hint = null, bool optional = false, string? value = null, string? fault = null)
    {
        var wrong = visit.Fault(fault ?? name);
        var described = string.Join(' ', new[] { hint is null ? null : $"{name}-hint", wrong is null ? null : $"{name}-fault" }.OfType<string>());
        // What is secret is typed again.
        var typed = type == "password" ? null : visit.Typed(name) ?? value;
        var input = Html.Of($"""
            <input id="{name}" name="{name}" type="{type}"{HtmlAttribute.Optional("value", typed)}{HtmlAttribute.Optional("autocomplete", fill)}{HtmlAttribute.Flag("required", !optional)}{HtmlAttribute.Optional("aria-describedby", described.Length > 0 ? described : null)}{HtmlAttribute.Optional("aria-invalid", wrong is null ? null : "true")}{HtmlAttribute.Optional("inputmode", fill == "one-time-code" ? "numeric" : null)}{HtmlAttribute.Optional("spellcheck", type is "password" or "email" || fill == "one-time-code" ? "false" : null)}>
            """);
        return Html.Of($"""
            <div class="field">
            <label for="{name}">{label}{(optional ? Html.Of($" <span class=\"aside\">optional</span>") : Html.None)}</label>
            {(hint is null ? Html.None : Html.Of($"<p class=\"hint\" id=\"{name}-hint\">{hint}</p>"))}
            {(type == "password" ? Html.Of($"<div class=\"secret\">{input}</div>") : input)}
            {(wrong is null ? Html.None : Html.Of($"<p class=\"fault\" id=\"{name}-fault\">{Sentence(label, wrong)}</p>"))}
            </div>
            """);
    }

    public static Html Tick(Visit visit, string name, Html label, string? fault = null)
    {
        var wrong = visit.Fault(fault ?? name);
        return Html.Of($"""
            <div class="tick">
            <input id="{name}" name="{name}" type="checkbox"{HtmlAttribute.Flag("checked", visit.Ticked(name))}{HtmlAttribute.Optional("aria-describedby", wrong is null ? null : $"{name}-fault")}{HtmlAttribute.Optional("aria-invalid", wrong is null ? null : "true")}>
            <label for="{name}">{label}</label>
            {(wrong is null ? Html.None : Html.Of($"<p class=\"fault\" id=\"{name}-fault\">This is needed: without it there is no account.</p>"))}
            </div>
            """);
    }

    public static Html Button(string text, string? mark = null) => Html.Of($"<button type=\"submit\"{HtmlAttribute.Optional("class", mark)}>{text}</button>");

    /// <summary>A button that is told from others of its name by what it is for.</summary>
    public static Html Button(string text, string about, string mark) => Html.Of($"<button type=\"submit\" class=\"{mark}\">{text}<span class=\"unseen\"> {about}</span></button>");

    public static Html Time(DateTimeOffset at) => Html.Of($"<time datetime=\"{at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)}\">{at.UtcDateTime.ToString("d MMM yyyy, HH:mm", System.Globalization.CultureInfo.InvariantCulture)} UTC</time>");

    /// <summary>Faults of several fields are told at the top, too, each with a way to its field.</summary>
    /// <param name="tab">Where signing in again leads back to.</param>
    public static Html Summary(Visit visit, string? tab)
    {
        if (visit.Problem is not { } problem) return Html.None;
        var detail = problem.Fields.Count > 0 ? Html.Of($"<p>Look at what is marked below.</p>") : problem.Detail is { } text ? Html.Of($"<p>{text}</p>") : Html.None;
        var again = tab is not null && problem.Code is "sign-in-again" ? Html.Of($"<p><a href=\"{SiteMap.SignIn}?next={Uri.EscapeDataString(tab)}\">To the sign-in page</a></p>") : Html.None;
        var wait = problem.RetryAfter is { } seconds ? Html.Of($"<p>Try again in {Duration(seconds)}.</p>") : Html.None;
        return Html.Of($"<div class=\"notice bad\" role=\"alert\" tabindex=\"-1\" id=\"problem\"><p><strong>{(problem.Fields.Count > 0 ? "Something is not right yet" : problem.Title)}</strong></p>{detail}{wait}{again}</div>");
    }

    private static string Duration(int seconds) => seconds < 90 ? $"{seconds} seconds" : $"{(seconds + 59) / 60} minutes";

    /// <summary>The service's faults go on from the name of their field.</summary>
    private static string Sentence(string label, string fault) => $"{label} {fault}{(fault.EndsWith('.') ? "" : ".")}";
}
