"""Enter the publishers that nearly every digest cites, so that their stories are labelled from the first day."""

from django.db import migrations

KNOWN = {
    "official": {
        "openai.com": "OpenAI",
        "anthropic.com": "Anthropic",
        "blog.google": "Google",
        "deepmind.google": "Google DeepMind",
        "ai.meta.com": "Meta AI",
        "blogs.nvidia.com": "NVIDIA",
        "nvidianews.nvidia.com": "NVIDIA",
        "mistral.ai": "Mistral AI",
        "x.ai": "xAI",
        "qwen.ai": "Qwen",
        "deepseek.com": "DeepSeek",
        "postgresql.org": "PostgreSQL",
        "docs.python.org": "Python",
        "docs.djangoproject.com": "Django",
        "w3.org": "W3C",
        "rfc-editor.org": "RFC Editor",
        "gov.cn": "中国政府网",
        "cac.gov.cn": "国家互联网信息办公室",
        "gov.uk": "GOV.UK",
        "whitehouse.gov": "The White House",
        "europa.eu": "European Union",
    },
    "data": {
        "github.com": "GitHub",
        "gitee.com": "Gitee",
        "huggingface.co": "Hugging Face",
        "modelscope.cn": "ModelScope",
        "kaggle.com": "Kaggle",
    },
    "peer_reviewed": {
        "nature.com": "Nature",
        "science.org": "Science",
        "cell.com": "Cell",
        "pnas.org": "PNAS",
        "dl.acm.org": "ACM",
        "openaccess.thecvf.com": "CVF",
    },
    "preprint": {
        "arxiv.org": "arXiv",
        "biorxiv.org": "bioRxiv",
        "medrxiv.org": "medRxiv",
        "openreview.net": "OpenReview",
    },
    "media": {
        "reuters.com": "Reuters",
        "apnews.com": "AP",
        "bloomberg.com": "Bloomberg",
        "ft.com": "Financial Times",
        "wsj.com": "The Wall Street Journal",
        "nytimes.com": "The New York Times",
        "bbc.com": "BBC",
        "theguardian.com": "The Guardian",
        "xinhuanet.com": "新华网",
        "people.com.cn": "人民网",
        "caixin.com": "财新",
        "yicai.com": "第一财经",
        "thepaper.cn": "澎湃新闻",
    },
    "trade": {
        "ithome.com": "IT之家",
        "qbitai.com": "量子位",
        "jiqizhixin.com": "机器之心",
        "36kr.com": "36氪",
        "oschina.net": "开源中国",
        "news.aibase.com": "AIbase",
        "ai-bot.cn": "AI工具集",
        "techcrunch.com": "TechCrunch",
        "theverge.com": "The Verge",
        "arstechnica.com": "Ars Technica",
        "wired.com": "WIRED",
        "venturebeat.com": "VentureBeat",
    },
    "social": {
        "x.com": "X",
        "twitter.com": "X",
        "weibo.com": "微博",
        "mp.weixin.qq.com": "微信公众号",
        "zhihu.com": "知乎",
        "bilibili.com": "哔哩哔哩",
        "youtube.com": "YouTube",
        "reddit.com": "Reddit",
        "news.ycombinator.com": "Hacker News",
        "linkedin.com": "LinkedIn",
    },
    "press_release": {"prnewswire.com": "PR Newswire", "businesswire.com": "Business Wire"},
}


def forwards(apps, schema_editor):
    Source = apps.get_model("digests", "Source")
    Source.objects.bulk_create(
        [
            Source(domain=domain, name=name, kind=kind)
            for kind, publishers in KNOWN.items()
            for domain, name in publishers.items()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("digests", "0004_roles")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
